import { describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { openDelivery as open } from "./fixtures/delivery.ts";
import { countingFunction, fakeFunction, polledRecord, textsOf } from "./fixtures/mapping.ts";
import type { PolledRecord } from "./kinesis-event.ts";

const window = { startMs: epochMs(1_607_497_440_000), endMs: epochMs(1_607_497_560_000) };
/** A record of a text that is too long for a name. */
const sized = (text: string, index: number): PolledRecord => ({ ...polledRecord(String(index)), data: btoa(text) });

describe("a delivery under a window", () => {
  test("hands the state from batch to batch, and to a final invocation without records", async () => {
    const fn = countingFunction();
    const { delivery } = open(fn);
    await delivery.deliver([polledRecord("a"), polledRecord("b")], window);
    await delivery.deliver([polledRecord("c")], window);
    await delivery.closeWindow(false);
    expect(fn.events.map(({ state }) => state)).toEqual([{}, { count: 2 }, { count: 3 }]);
    expect(fn.events[2]).toEqual({
      Records: [],
      window: { start: "2020-12-09T07:04:00Z", end: "2020-12-09T07:06:00Z" },
      state: { count: 3 },
      shardId: "shard-7",
      eventSourceARN: "arn:aws:kinesis:us-east-1:123456789012:stream/ticks",
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: false,
    });
    expect(delivery.open).toBeUndefined();
  });

  test("starts the next window with empty state", async () => {
    const fn = countingFunction();
    const { delivery } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    await delivery.closeWindow(false);
    await delivery.deliver([polledRecord("b")], window);
    expect(fn.events.at(-1)?.state).toEqual({});
  });

  test("repeats a failed batch with the state from before it", async () => {
    let calls = 0;
    const fn = fakeFunction(({ state }) => {
      if (++calls === 2) throw new RangeError("no");
      return { state: { count: (state?.count ?? 0) + 1 } };
    });
    const { delivery, events, clock } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    await delivery.deliver([polledRecord("b")], window);
    expect(fn.events.map(({ state }) => state)).toEqual([{}, { count: 1 }, { count: 1 }]);
    expect(events).toEqual([
      expect.objectContaining({ kind: "batch-failed", reason: "RangeError: no", recordCount: 1 }),
    ]);
    expect(clock.sleeps).toEqual([100]);
  });

  test("takes a response without state for a failure", async () => {
    let calls = 0;
    const fn = fakeFunction(() => (++calls === 1 ? {} : { state: {} }));
    const { delivery, events } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    expect(fn.events).toHaveLength(2);
    expect(events[0]).toMatchObject({ reason: "a response under a tumbling window must hold state, held none" });
  });

  test("repeats the final invocation until it succeeds, whatever the retry attempts", async () => {
    let failures = 5;
    const fn = fakeFunction(({ isFinalInvokeForWindow }) => {
      if (isFinalInvokeForWindow === true && failures-- > 0) throw new RangeError("no");
      return { state: {} };
    });
    const { delivery } = open(fn, { maximumRetryAttempts: 1 });
    await delivery.deliver([polledRecord("a")], window);
    await delivery.closeWindow(false);
    expect(fn.events).toHaveLength(7);
  });

  test("takes a final response without state for a failure", async () => {
    let calls = 0;
    const fn = fakeFunction(() => (++calls === 2 ? {} : { state: {} }));
    const { delivery, events } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    await delivery.closeWindow(false);
    expect(fn.events.map(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow)).toEqual([false, true, true]);
    expect(events).toMatchObject([{ kind: "batch-failed", isFinalInvokeForWindow: true }]);
  });

  test("takes a final response that reports a record for a failure", async () => {
    let calls = 0;
    const failure = { itemIdentifier: "1a" };
    const fn = fakeFunction(() => ({ state: {}, batchItemFailures: ++calls === 2 ? [failure] : [] }));
    const { delivery } = open(fn, { reportBatchItemFailures: true });
    await delivery.deliver([polledRecord("a")], window);
    await delivery.closeWindow(false);
    expect(fn.events).toHaveLength(3);
  });

  test("ends a window early whose state passes 1 MB, even in the middle of a bisected batch", async () => {
    const large = { text: "x".repeat(1_000_000) };
    const fn = fakeFunction((event) => {
      if (event.Records.length > 1) throw new RangeError("one at a time");
      return { state: event.isFinalInvokeForWindow === true ? {} : large };
    });
    const { delivery } = open(fn, { bisectBatchOnFunctionError: true });
    await delivery.deliver([polledRecord("a"), polledRecord("b")], window);
    const seen = fn.events.map((event) => [
      textsOf(event).join(""),
      event.isFinalInvokeForWindow,
      event.isWindowTerminatedEarly,
    ]);
    expect(seen).toEqual([
      ["ab", false, false],
      ["a", false, false],
      ["", false, true],
      ["b", false, false],
    ]);
    expect(fn.events[2]?.state).toEqual(large);
    expect(fn.events[3]?.state).toEqual({});
    expect(fn.events[3]?.window).toEqual(fn.events[0]?.window);
    expect(delivery.open?.isStateTooLarge).toBe(true);
  });

  test("keeps a window whose state is exactly 1 MB", async () => {
    const fn = fakeFunction(() => ({ state: "x".repeat(999_998) }));
    const { delivery } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    expect(delivery.open?.isStateTooLarge).toBe(false);
  });

  test("retries what is left of a partly failed batch with the state from before the batch", async () => {
    let calls = 0;
    const fn = fakeFunction(() => {
      const batchItemFailures = ++calls === 2 ? [{ itemIdentifier: "1b" }] : [];
      return { state: { count: calls }, batchItemFailures };
    });
    const { delivery } = open(fn, { reportBatchItemFailures: true });
    await delivery.deliver([polledRecord("0")], window);
    await delivery.deliver(
      ["a", "b", "c"].map((text) => polledRecord(text)),
      window,
    );
    expect(fn.events.slice(1).map((event) => [...textsOf(event), event.state?.count])).toEqual([
      ["a", "b", "c", 1],
      ["b", "c", 1],
    ]);
  });

  test("hands state on between the halves of a bisected batch, beginning with that from before it", async () => {
    const fn = fakeFunction(({ state, Records }) => {
      if (Records.length > 1) throw new RangeError("one at a time");
      return { state: { count: (state?.count ?? 0) + 1 } };
    });
    const { delivery } = open(fn, { bisectBatchOnFunctionError: true });
    await delivery.deliver([polledRecord("0")], window);
    await delivery.deliver([polledRecord("a"), polledRecord("b")], window);
    expect(fn.events.map((event) => [textsOf(event).join(""), event.state?.count ?? 0])).toEqual([
      ["0", 0],
      ["ab", 1],
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("goes on with the window behind a batch that it gave up", async () => {
    const fn = fakeFunction((event) => {
      if (textsOf(event).includes("bad")) throw new RangeError("no");
      return { state: { count: (event.state?.count ?? 0) + event.Records.length } };
    });
    const { delivery, events } = open(fn, { maximumRetryAttempts: 1 });
    await delivery.deliver([polledRecord("a")], window);
    await delivery.deliver([polledRecord("bad")], window);
    await delivery.deliver([polledRecord("b")], window);
    expect(fn.events.map(({ state }) => state?.count ?? 0)).toEqual([0, 1, 1, 1]);
    expect(events.filter(({ kind }) => kind === "batch-discarded")).toHaveLength(1);
  });

  test("splits a batch that no longer fits an event, as the state has grown meanwhile", async () => {
    // What fits with the state from before the batch need not fit with the one that its first half returned.
    const texts = ["a", "b", ...Array.from({ length: 4 }, () => "x".repeat(1_048_576))];
    const bytes: number[] = [];
    const fn = fakeFunction(({ Records }) => {
      if (Records.length === 6) throw new RangeError("too many");
      return { state: "y".repeat(900_000) };
    });
    const invoke = (event: string): Promise<string> => {
      bytes.push(event.length);
      return fn.invoke(event);
    };
    const { delivery } = open({ ...fn, invoke }, { bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 });
    await delivery.deliver(texts.map(sized), window);
    expect(fn.events.map(({ Records }) => Records.length)).toEqual([6, 3, 3]);
    await delivery.deliver(texts.map(sized), window);
    expect(fn.events.slice(3).map(({ Records }) => Records.length)).toEqual([3, 3]);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(6 * 1_048_576);
  });
});
