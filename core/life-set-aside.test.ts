import { describe, expect, test } from "vitest";
import { createLifeStage, DAY, minute, NOW, rules } from "#test/life-stage.ts";
import { advanceLife } from "./advance-life.ts";
import type { LifePorts } from "./life.ts";
import { utf8Bytes } from "./utf8.ts";

describe("a life", () => {
  test("notes what may have expired before it was read, and nothing while it was read in time", async () => {
    const { clock, gaps, shard, stream, put, advance } = createLifeStage();
    await advance({ records: [put()], isLast: true });
    const [birth] = await gaps.list("ticks");
    expect(birth).toMatchObject({ shard, after: undefined, before: stream.records(shard)[0]!.sequenceNumber });
    const last = put();
    await advance({ records: [last], isLast: true });
    await clock.advance(DAY / 2);
    await advance({ records: [put()], isLast: true });
    expect(await gaps.list("ticks")).toEqual([birth]);
    const { sequenceNumber: after } = stream.records(shard).at(-1)!;
    await clock.advance(DAY);
    const before = put();
    await advance({ records: [before] });
    const gap = { stream: "ticks", shard, after, before: before.sequenceNumber, noticedAtMs: clock.nowMs() };
    expect(await gaps.list("ticks")).toEqual([birth, gap]);
  });

  test("notes a gap behind what it holds in its state, too, before anything can pass it over", async () => {
    const { clock, gaps, ports, shard, put, advance } = createLifeStage();
    const held = put();
    const { state } = await advance({ records: [held] });
    await clock.advance(DAY);
    const failing: LifePorts = {
      ...ports,
      gaps: { note: () => Promise.reject(new Error("no gap can be kept")) },
    };
    const step = { stream: "ticks", shard, records: [put()], state, isLast: true };
    await expect(advanceLife(failing, rules(minute), step)).rejects.toThrow("no gap can be kept");
    expect(await ports.checkpoints.get("ticks", shard)).toBeUndefined();
    await advanceLife(ports, rules(minute), step);
    const [, gap] = await gaps.list("ticks");
    expect(gap).toMatchObject({ after: held.sequenceNumber, before: step.records[0]!.sequenceNumber });
    expect(await ports.checkpoints.get("ticks", shard)).toMatchObject({ lastArrivalMs: clock.nowMs() });
  });

  test("keeps a record with faults once, whole, however many they are, and counts each", async () => {
    const { ports, shard, stream, put, advance } = createLifeStage();
    const trade = '{"symbol":"A","price":"1","size":"1","eventTimeMs":1}';
    const text = `${trade}\n${"{\n".repeat(10_000)}${trade}`;
    const record = stream.append(shard, utf8Bytes(text));
    await advance({ records: [record, put()], isLast: true });
    const day = new Date(NOW).toISOString().slice(0, 10);
    expect(await ports.rejected.list("ticks", shard, day)).toEqual([
      {
        stream: "ticks",
        shard,
        sequenceNumber: record.sequenceNumber,
        arrivalTimeMs: NOW,
        count: 10_000,
        faults: Array.from({ length: 100 }, (_, i) => ({ index: i + 1, reason: "malformed-json" })),
        bytes: utf8Bytes(text),
      },
    ]);
    expect(await ports.checkpoints.get("ticks", shard)).toMatchObject({ counts: { trades: 3, rejected: 10_000 } });
  });

  test("keeps what is rejected before a checkpoint passes it over, in a long refill too", async () => {
    const { ports, shard, stream, put } = createLifeStage();
    const kept: number[] = [];
    const watched: LifePorts = {
      ...ports,
      rejected: { ...ports.rejected, put: async (rejected) => void kept.push(rejected.length) },
      checkpoints: {
        ...ports.checkpoints,
        put: async (checkpoint) => {
          expect(kept.reduce((sum, length) => sum + length, 0)).toBe(checkpoint.counts.rejected);
          await ports.checkpoints.put(checkpoint);
        },
      },
    };
    for (let i = 0; i < 2_500; i++) stream.append(shard, utf8Bytes("junk"));
    await advanceLife(watched, rules(minute), {
      stream: "ticks",
      shard,
      records: [put()],
      state: undefined,
      isLast: true,
    });
    expect(Math.max(...kept)).toBeLessThan(2_500);
    expect(await ports.checkpoints.get("ticks", shard)).toMatchObject({ counts: { rejected: 2_500 } });
  });
});
