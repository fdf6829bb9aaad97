import { beforeEach, describe, expect, test } from "vitest";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import type { Rejected } from "#core/trade.ts";
import { durationMs, epochMs, sequenceDigits, sequenceNumber } from "#core/units.ts";
import { createAggregator } from "./aggregator.ts";
import type { AggregatorEvent } from "./kinesis-event.ts";

const ARRIVAL = epochMs(1_607_497_475_000);
const minute = durationMs(60_000);
const window = { start: "2020-12-09T07:04:00Z", end: "2020-12-09T07:06:00Z" };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const createParts = ({ maxStateBytes = 100_000 } = {}) => {
  const clock = { nowMs: () => ARRIVAL };
  const stream = createMemoryStream({ clock });
  const ports = createMemoryLifePorts({ shards: stream, clock });
  const rules = {
    intervalsMs: [minute],
    maxOutOfOrdernessMs: minute,
    clockSkewMs: minute,
    maxStateBytes,
    retentionMs: durationMs(86_400_000),
  };
  const meter = createMemoryMeter();
  const lines: unknown[] = [];
  const log = { ...silent, info: (_: string, fields: unknown) => void lines.push(fields) };
  const handle = createAggregator({ ...ports, stream: "ticks", rules, log, meter });
  return { ...ports, meter, lines, stream, handle };
};

let parts: ReturnType<typeof createParts>;

beforeEach(() => {
  parts = createParts();
});

const [shard] = createMemoryStream({ clock: { nowMs: () => ARRIVAL } }).openShards() as [string];

/** Puts one JSON trade into the shard and returns its record as Lambda hands it over. */
const record = (price: string): NonNullable<AggregatorEvent["Records"]>[number] => {
  const text = JSON.stringify({ symbol: "IBM", price, size: "1", eventTimeMs: ARRIVAL });
  const { sequenceNumber: position } = parts.stream.append(shard, Buffer.from(text));
  const digits = sequenceDigits(position);
  return {
    eventID: `${shard}:${digits}`,
    kinesis: {
      sequenceNumber: digits,
      data: Buffer.from(text).toString("base64"),
      approximateArrivalTimestamp: ARRIVAL / 1_000,
    },
  };
};

const stored = async (): Promise<number[]> => {
  const range = { symbol: "IBM", intervalMs: minute, startMs: epochMs(0), endMs: epochMs(ARRIVAL * 2) };
  return (await parts.panes.range(range)).map(({ content }) => content.tradeCount);
};

/** The trade counts of the panes of each publishing. */
const publishedCounts = (): number[][] =>
  parts.updates.published.map((panes) => panes.map(({ content }) => content.tradeCount));

describe("the aggregator under a tumbling window", () => {
  test("hands its state from batch to batch and stores at the final invocation", async () => {
    const first = await parts.handle({ Records: [record("1"), record("2")], window, state: {}, shardId: shard });
    expect(first).toEqual({ state: { life: expect.any(String) as string }, batchItemFailures: [] });
    expect([await stored(), publishedCounts()]).toEqual([[], [[2]]]);
    const second = await parts.handle({ Records: [record("3")], window, state: first.state, shardId: shard });
    expect(publishedCounts()).toEqual([[2], [3]]);
    const last = await parts.handle({
      Records: [],
      window,
      state: second.state,
      shardId: shard,
      isFinalInvokeForWindow: true,
    });
    expect(last).toEqual({ state: {}, batchItemFailures: [] });
    expect(await stored()).toEqual([3]);
    expect(await parts.checkpoints.get("ticks", shard)).toMatchObject({
      last: sequenceNumber("3"),
      counts: { trades: 3 },
    });
  });

  test("stores when the window ends early", async () => {
    const end = await parts.handle({
      Records: [record("1")],
      window,
      state: {},
      shardId: shard,
      isWindowTerminatedEarly: true,
    });
    expect([end.state, await stored()]).toEqual([{}, [1]]);
  });

  test("reads the shard itself for what an earlier life took and never stored", async () => {
    await parts.handle({ Records: [record("1"), record("2")], window, state: {}, shardId: shard });
    await parts.handle({ Records: [record("3")], window, state: {}, shardId: shard, isWindowTerminatedEarly: true });
    expect(await stored()).toEqual([3]);
  });

  test("begins from the checkpoint when a state cannot be read", async () => {
    await parts.handle({ Records: [record("1")], window, state: {}, shardId: shard, isFinalInvokeForWindow: true });
    await parts.handle({
      Records: [record("2")],
      window,
      state: { life: "AAAA" },
      shardId: shard,
      isFinalInvokeForWindow: true,
    });
    expect(await stored()).toEqual([2]);
  });
});

describe("the aggregator without a window", () => {
  test("stores each batch, and a batch that comes again changes nothing", async () => {
    const Records = [record("1"), record("2")];
    expect(await parts.handle({ Records })).toEqual({ state: {}, batchItemFailures: [] });
    await parts.handle({ Records });
    await parts.handle({ Records: [...Records, record("3")] });
    expect(await stored()).toEqual([3]);
  });

  test("sets bytes aside that no later batch is decoded over", async () => {
    const aside: Rejected[] = [];
    parts.rejected.put = async (rejected) => void aside.push(...rejected);
    await parts.handle({ Records: [record("-1")] });
    await parts.handle({ Records: [record("2")] });
    expect(aside.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([expect.stringContaining('"-1"')]);
  });

  test("folds a record that its producer stamped in nanoseconds", async () => {
    const one = record("1");
    await parts.handle({ Records: [{ ...one, kinesis: { ...one.kinesis, approximateArrivalTimestamp: 1.7e15 } }] });
    expect(await stored()).toEqual([1]);
  });

  test("rejects an event that is of no shard", async () => {
    await expect(parts.handle({})).rejects.toMatchObject({ code: "TAPE_EVENT_INVALID" });
  });
});

describe("what the aggregator tells of a batch", () => {
  test("counts what the batch came to, and measures how old it was and what it hands on", async () => {
    const event = { Records: [record("1"), record("2"), record("-1")], window, state: {}, shardId: shard };
    const { state } = await parts.handle(event);
    expect(parts.meter.told).toEqual({
      FramesRead: [3],
      TradesFolded: [2],
      RejectedTrades: [1],
      IteratorAgeMs: [0],
      StateBytes: [Buffer.from(state.life!, "base64").length],
    });
  });

  test("counts nothing twice when records come again that were stored", async () => {
    const Records = [record("1")];
    await parts.handle({ Records });
    await parts.handle({ Records });
    expect(parts.meter.told).toEqual({ FramesRead: [1], TradesFolded: [1], IteratorAgeMs: [0, 0] });
  });

  test("tells nothing of a batch that fails, as it comes again", async () => {
    const Records = [record("1")];
    const put = parts.checkpoints.put;
    parts.checkpoints.put = () => Promise.reject(new Error("no store"));
    await expect(parts.handle({ Records })).rejects.toThrow("no store");
    expect([parts.meter.told, parts.lines]).toEqual([{}, []]);
    parts.checkpoints.put = put;
    await parts.handle({ Records });
    expect(parts.meter.told).toMatchObject({ TradesFolded: [1] });
  });

  test("tells of a life that ended early, and not of one that ended in time", async () => {
    parts = createParts({ maxStateBytes: 1 });
    await parts.handle({ Records: [record("1")], window, state: {}, shardId: shard });
    await parts.handle({ Records: [record("2")], window, state: {}, shardId: shard, isFinalInvokeForWindow: true });
    expect(parts.meter.told.LivesEndedEarly).toEqual([1]);
  });

  test("names the positions that it folded, and at a window's end the one that it stored up to", async () => {
    const first = { Records: [record("1"), record("2")], window, state: {}, shardId: shard };
    const { state } = await parts.handle(first);
    await parts.handle({ Records: [], window, state, shardId: shard, isFinalInvokeForWindow: true });
    const [one, two] = [sequenceNumber("1"), sequenceNumber("2")];
    expect(parts.lines).toEqual([
      {
        producers: [],
        shards: [{ shard, firstSequence: one, lastSequence: two, records: 2 }],
        trades: 2,
        updateRecords: 1,
        stateBytes: expect.any(Number) as number,
        isLifeOver: false,
      },
      {
        producers: [],
        shards: [{ shard, firstSequence: undefined, lastSequence: two, records: 0 }],
        trades: 0,
        updateRecords: 1,
        stateBytes: 0,
        isLifeOver: true,
      },
    ]);
  });
});
