import { describe, expect, test } from "vitest";
import { createMemoryStoreMarks } from "#adapters/memory/store-marks.ts";
import type { MemoryStream } from "#adapters/memory/stream.ts";
import { createLifeStage, minute, NOW, rules, tenSeconds } from "#test/life-stage.ts";
import { advanceLife } from "./advance-life.ts";
import { encodeFrame } from "./frame/encode.ts";
import type { LifePorts } from "./life.ts";
import type { ShardRecord } from "./ports/shard-reader.ts";
import { epochMs, type EpochMs } from "./units.ts";

const one = { units: 1, scale: 0 };

describe("a life", () => {
  test("tells after each step how the shard stands, while its panes are still held", async () => {
    const { ports, shard, statuses, put, advance } = createLifeStage();
    const record = put();
    const { state } = await advance({ records: [record] });
    const { sequenceNumber: last, arrivalTimeMs } = record;
    const status = { stream: "ticks", shard, last, arrivalTimeMs, newestEventTimeMs: NOW };
    expect(await statuses.list("ticks")).toMatchObject([{ ...status, counts: { records: 1, trades: 1 } }]);
    expect(await ports.checkpoints.get("ticks", shard)).toBeUndefined();
    const next = put();
    await advance({ records: [next], state, isLast: true });
    expect(await statuses.list("ticks")).toMatchObject([{ last: next.sequenceNumber, counts: { trades: 2 } }]);
  });

  test("takes trades for late by what their producers had reached, or by the trades before them", async () => {
    const { ports, shard, stream, advance } = createLifeStage();
    const at = (behindMs: number, frontierMs?: EpochMs): ShardRecord => {
      const trade = { symbol: "A", price: one, size: one, eventTimeMs: epochMs(NOW - behindMs), sequence: 1 };
      const frame = { producer: "", number: 0, ingestTimeMs: NOW, frontierMs, trades: [trade] };
      return stream.append(shard, encodeFrame(frame));
    };
    const lateAfter = async (...records: readonly ShardRecord[]): Promise<number | undefined> => {
      await advance({ records, isLast: true });
      return (await ports.checkpoints.get("ticks", shard))?.counts.lateTrades;
    };
    const start = epochMs(NOW - 10 * minute);
    // cut out of one stretch of time: the second begins where the first does
    expect(await lateAfter(at(0, start), at(9 * minute, start))).toBe(0);
    expect(await lateAfter(at(11 * minute + 1, start))).toBe(1);
    // without a word from the producer the newest trade counts, within the allowed minute
    expect(await lateAfter(at(0), at(minute), at(minute + 1))).toBe(2);
    expect(await lateAfter(at(0, start), at(2 * minute, start))).toBe(3);
  });

  test("says of a pane that it was corrected once a trade came behind its final window, and not before", async () => {
    const { ports, shard, stream, advance } = createLifeStage();
    const windowMs = epochMs(NOW - (NOW % minute));
    const at = (eventTimeMs: number, frontierMs: number): ShardRecord => {
      const trade = { symbol: "A", price: one, size: one, eventTimeMs: epochMs(eventTimeMs), sequence: 1 };
      const frame = { producer: "", number: 0, ingestTimeMs: NOW, frontierMs: epochMs(frontierMs), trades: [trade] };
      return stream.append(shard, encodeFrame(frame));
    };
    const isCorrected = async (record: ShardRecord): Promise<boolean | undefined> => {
      await advance({ records: [record], isLast: true });
      const range = { symbol: "A", intervalMs: minute, startMs: epochMs(windowMs - minute), endMs: windowMs };
      return (await ports.panes.range(range))[0]?.isCorrected;
    };
    // the window [windowMs - 1 min, windowMs) is final when the frontier has reached windowMs + 1 min of allowed disorder
    expect(await isCorrected(at(windowMs - 1, windowMs + minute - 1))).toBe(false);
    expect(await isCorrected(at(windowMs - 2, windowMs + minute))).toBe(true);
    expect(await isCorrected(at(windowMs, windowMs + minute))).toBe(true);
  });

  test("counts the late trades that correct a final bar, and tells what way the last record has come", async () => {
    const { shard, statuses, stream, advance } = createLifeStage();
    const windowMs = epochMs(NOW - (NOW % minute));
    const at = (eventTimeMs: number, frontierMs: number): ShardRecord => {
      const trade = { symbol: "A", price: one, size: one, eventTimeMs: epochMs(eventTimeMs), sequence: 1 };
      const ingestTimeMs = epochMs(NOW - 40);
      const frame = { producer: "", number: 0, ingestTimeMs, frontierMs: epochMs(frontierMs), trades: [trade] };
      return stream.append(shard, encodeFrame(frame));
    };
    //        windowMs - 1 min   windowMs
    // --------[-----------------)[---------------
    //                         ^1 ^2        the watermark at windowMs: both are late, and the first corrects its bar
    const records = [at(windowMs - 1, windowMs + minute + 1), at(windowMs, windowMs + minute + 1)];
    const { state } = await advance({ records });
    const [told] = await statuses.list("ticks");
    expect(told!.counts).toMatchObject({ lateTrades: 2, correctingTrades: 1 });
    const { arrivalTimeMs } = records[1]!;
    const newest = { eventTimeMs: windowMs, ingestTimeMs: NOW - 40, arrivalTimeMs };
    expect(told!.step).toEqual({ newest, foldedTimeMs: NOW, stateBytes: state!.length, paneCount: 2 });
  });

  test("ends well when an interval in its state is stored no longer", async () => {
    const { put, advance, stored } = createLifeStage();
    const { state } = await advance({ records: [put()], by: rules(tenSeconds, minute) });
    await advance({ records: [], state, isLast: true, by: rules(tenSeconds) });
    expect(await stored()).toEqual({ "10s": 1 });
  });

  test("that lost its state reads what its window held before it ends, records or none", async () => {
    const { put, advance, stored } = createLifeStage();
    await advance({ records: [put(), put()] });
    await advance({ records: [], isLast: true });
    expect(await stored()).toEqual({ "1m": 2 });
  });

  test("of one batch reads what a longer one took and never stored", async () => {
    const { put, advance, stored } = createLifeStage();
    await advance({ records: [put()] });
    await advance({ records: [put()], isLast: true });
    expect(await stored()).toEqual({ "1m": 2 });
  });

  test("that is handed the state of an earlier batch reads what lies between", async () => {
    const { put, advance, stored } = createLifeStage();
    const { state } = await advance({ records: [put()] });
    await advance({ records: [put(), put()], state });
    await advance({ records: [put()], state, isLast: true });
    expect(await stored()).toEqual({ "1m": 4 });
  });

  test("begins anew, and says so, when its state cannot be read", async () => {
    const { put, advance, stored } = createLifeStage();
    await advance({ records: [put()] });
    const outcome = await advance({ records: [put()], state: new Uint8Array([0xff]), isLast: true });
    expect(outcome).toMatchObject({ state: undefined, isStateUnreadable: true, hasEndedEarly: false });
    expect(await stored()).toEqual({ "1m": 2 });
  });

  test("ends by itself when its state has grown too large, and the next goes on", async () => {
    const { put, advance, stored } = createLifeStage();
    const small = { ...rules(minute), maxStateBytes: 10 };
    const first = await advance({ records: [put()], by: small });
    expect(first).toMatchObject({ state: undefined, isStateUnreadable: false, hasEndedEarly: true });
    await advance({ records: [put()], by: small });
    expect(await stored()).toEqual({ "1m": 2 });
  });

  test("of a shard whose parents the stream has forgotten begins with nothing seen", async () => {
    const { ports, shard, stream, put, stored } = createLifeStage();
    const [child, sibling] = stream.split(shard);
    const [grandchild] = stream.split(child);
    const forgetful: LifePorts = {
      ...ports,
      shards: { ...stream, parents: async (name) => (name === grandchild ? [child] : stream.parents("gone")) },
    };
    const step = { stream: "ticks", shard: grandchild, records: [put(grandchild)], state: undefined, isLast: true };
    await advanceLife(forgetful, rules(minute), step);
    expect([await stored(), sibling]).toEqual([{ "1m": 1 }, expect.any(String)]);
  });

  test("of a child first stores what was taken of its parents and never stored, and knows their frames", async () => {
    const { ports, shard, stream, put, advance, stored } = createLifeStage();
    await advance({ records: [put()] });
    const [child] = stream.split(shard);
    await advance({ records: [put(child)], of: child, isLast: true });
    expect(await stored()).toEqual({ "1m": 2 });
    expect((await ports.checkpoints.list("ticks")).map((checkpoint) => checkpoint.shard).toSorted()).toEqual(
      [shard, child].toSorted(),
    );
  });

  test("stores a long refill on the way", async () => {
    const { ports, shard, stream, put, advance, stored } = createLifeStage();
    for (let i = 0; i < 2_500; i++) put();
    const reads = {
      ...stream,
      read: (name: string, span: Parameters<MemoryStream["read"]>[1]) => failing(stream.read(name, span), 20),
    };
    const step = { stream: "ticks", shard, records: [put()], state: undefined, isLast: false };
    await expect(advanceLife({ ...ports, shards: reads }, rules(minute), step)).rejects.toThrow("out of time");
    expect(await stored()).toEqual({ "1m": 1_600 });
    await advance({ records: step.records, isLast: true });
    expect(await stored()).toEqual({ "1m": 2_501 });
  });

  test("marks what is stored before it tells anybody, and tells before the checkpoint", async () => {
    const { ports, shard, put } = createLifeStage();
    const order: string[] = [];
    const noting = <T extends object>(name: string, port: T): T => ({
      ...port,
      put: async () => void order.push(name),
      publish: async () => void order.push(name),
    });
    const { panes, updates, checkpoints } = ports;
    const noted: LifePorts = {
      ...ports,
      panes: noting("panes", panes),
      marks: noting("mark", createMemoryStoreMarks()),
      updates: noting("updates", updates),
      checkpoints: noting("checkpoint", checkpoints),
    };
    const step = { stream: "ticks", shard, records: [put()], state: undefined };
    await advanceLife(noted, rules(minute), { ...step, isLast: true });
    expect(order).toEqual(["panes", "mark", "updates", "checkpoint"]);
  });
});

/** The first pages, then an error. */
async function* failing<Page>(pages: AsyncIterable<Page>, most: number): AsyncGenerator<Page> {
  let count = 0;
  for await (const page of pages) {
    if (count++ === most) throw new Error("out of time");
    yield page;
  }
}
