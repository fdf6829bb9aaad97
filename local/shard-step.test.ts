import { describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { nextStep, type ShardView, type StepLimits } from "./shard-step.ts";

const limits: StepLimits = {
  batchSize: 3,
  payloadBytes: 100,
  maximumBatchingWindowMs: undefined,
  tumblingWindowMs: undefined,
  idleCloseMs: durationMs(500),
};
const windowed: StepLimits = { ...limits, tumblingWindowMs: durationMs(1_000) };
const first = { startMs: epochMs(0), endMs: epochMs(1_000) };
const open = { window: first, isStateTooLarge: false };

const records = (...arrivals: readonly number[]): ShardView["buffer"] =>
  arrivals.map((ms) => ({ arrivalMs: epochMs(ms), eventBytes: 10 }));

const view = (given: Partial<ShardView>): ShardView => ({
  buffer: [],
  bufferedSinceMs: epochMs(5_000),
  open: undefined,
  atTipMs: undefined,
  isEnded: false,
  nowMs: epochMs(5_000),
  ...given,
});

describe("the next step of a shard", () => {
  test("is to read when there is nothing, and to finish when nothing can come", () => {
    expect(nextStep(view({}), limits)).toEqual({ kind: "read", dueMs: undefined });
    expect(nextStep(view({ isEnded: true }), limits)).toEqual({ kind: "finish" });
  });

  test("takes no more records than the batch size", () => {
    expect(nextStep(view({ buffer: records(1, 2, 3, 4) }), limits)).toMatchObject({ kind: "invoke", count: 3 });
  });

  test("takes no more bytes than the payload, but always one record", () => {
    const large = records(1, 2).map((record) => ({ ...record, eventBytes: 60 }));
    const huge = records(1, 2).map((record) => ({ ...record, eventBytes: 200 }));
    expect(nextStep(view({ buffer: large }), limits)).toMatchObject({ kind: "invoke", count: 1 });
    expect(nextStep(view({ buffer: huge }), limits)).toMatchObject({ kind: "invoke", count: 1 });
  });

  test("waits for the batching window unless the batch is full or the shard at its end", () => {
    const slow = { ...limits, maximumBatchingWindowMs: durationMs(1_000) };
    const buffer = records(1, 2);
    expect(nextStep(view({ buffer }), slow)).toEqual({ kind: "read", dueMs: 6_000 });
    expect(nextStep(view({ buffer, nowMs: epochMs(6_000) }), slow)).toMatchObject({ kind: "invoke", count: 2 });
    expect(nextStep(view({ buffer, isEnded: true }), slow)).toMatchObject({ kind: "invoke", count: 2 });
    expect(nextStep(view({ buffer: records(1, 2, 3) }), slow)).toMatchObject({ kind: "invoke", count: 3 });
    const large = buffer.map((record) => ({ ...record, eventBytes: 60 }));
    expect(nextStep(view({ buffer: large }), slow)).toMatchObject({ kind: "invoke", count: 1 });
  });

  test("cuts a batch at the border of the window, at once", () => {
    //        1 000
    // [--a-b--)[c--
    const slow = { ...windowed, maximumBatchingWindowMs: durationMs(1_000) };
    const step = nextStep(view({ buffer: records(200, 999, 1_000) }), slow);
    expect(step).toEqual({ kind: "invoke", count: 2, window: first });
  });

  test("closes the open window when a record lies beyond it", () => {
    const buffer = records(1_000);
    expect(nextStep(view({ buffer, open }), windowed)).toEqual({ kind: "close-window", isTerminatedEarly: false });
    expect(nextStep(view({ buffer }), windowed)).toMatchObject({ window: { startMs: 1_000, endMs: 2_000 } });
  });

  test("begins a window again when an arrival time steps back into it", () => {
    //            1 000
    // [-------b--)[--a-c--)
    const later = { window: { startMs: epochMs(1_000), endMs: epochMs(2_000) }, isStateTooLarge: false };
    const buffer = records(900, 1_500);
    expect(nextStep(view({ buffer: records(1_400, 900, 1_500) }), windowed)).toMatchObject({ count: 1 });
    expect(nextStep(view({ buffer, open: later }), windowed)).toMatchObject({ kind: "close-window" });
    expect(nextStep(view({ buffer }), windowed)).toEqual({ kind: "invoke", count: 1, window: first });
  });

  test("aligns windows to the epoch, as in AWS's own example", () => {
    const twoMinutes = { ...windowed, tumblingWindowMs: durationMs(120_000) };
    expect(nextStep(view({ buffer: records(Date.parse("2020-12-09T07:04:35Z")) }), twoMinutes)).toMatchObject({
      window: { startMs: Date.parse("2020-12-09T07:04:00Z"), endMs: Date.parse("2020-12-09T07:06:00Z") },
    });
  });

  test("closes an idle window when a read that began long enough after its end found nothing", () => {
    expect(nextStep(view({ open }), windowed)).toMatchObject({ kind: "read" });
    expect(nextStep(view({ open, atTipMs: epochMs(1_499) }), windowed)).toMatchObject({ kind: "read" });
    expect(nextStep(view({ open, atTipMs: epochMs(1_500) }), windowed)).toMatchObject({ kind: "close-window" });
  });

  test("closes the window at the shard's end, after the last records", () => {
    expect(nextStep(view({ open, isEnded: true, buffer: records(1) }), windowed)).toMatchObject({ kind: "invoke" });
    expect(nextStep(view({ open, isEnded: true }), windowed)).toMatchObject({ kind: "close-window" });
  });

  test("ends a window early when its state is too large", () => {
    const large = { window: first, isStateTooLarge: true };
    const step = nextStep(view({ open: large, buffer: records(1) }), windowed);
    expect(step).toEqual({ kind: "close-window", isTerminatedEarly: true });
  });
});
