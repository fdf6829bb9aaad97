import { expect, test } from "vitest";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import { advanceLife, type LifeOutcome } from "./advance-life.ts";
import { encodeFrame } from "./frame/encode.ts";
import { durationMs, epochMs, sequenceNumber, type SequenceNumber } from "./units.ts";

const nowMs = epochMs(1_381_154_400_000);
const clock = { nowMs: () => nowMs };
const minuteMs = durationMs(60_000);
const RULES = {
  intervalsMs: [minuteMs],
  maxOutOfOrdernessMs: durationMs(2_000),
  clockSkewMs: minuteMs,
  maxStateBytes: 100_000,
  retentionMs: durationMs(86_400_000),
};
const [ONE, OTHER] = ["0a", "0b"] as const;

const frame = (producer: string, number: number, ...prices: readonly number[]): Uint8Array => {
  const trades = prices.map((units, i) => ({
    symbol: "IBM",
    price: { units, scale: 2 },
    size: { units: 1, scale: 0 },
    eventTimeMs: epochMs(nowMs - 1_000),
    sequence: i,
  }));
  return encodeFrame({ producer, number, ingestTimeMs: nowMs, trades });
};

const openShard = () => {
  const stream = createMemoryStream({ clock });
  const ports = createMemoryLifePorts({ shards: stream, clock });
  const [shard] = stream.openShards() as [string];
  const step = (data: readonly Uint8Array[], state?: Uint8Array, isLast = false, rules = RULES): Promise<LifeOutcome> =>
    advanceLife(ports, rules, {
      stream: "ticks",
      shard,
      records: data.map((bytes) => stream.append(shard, bytes)),
      state,
      isLast,
    });
  return { ...ports, stream, shard, step };
};

const at = (position: number): SequenceNumber => sequenceNumber(String(position));

test("a step tells what it alone added, and which frames of which producers it folded", async () => {
  const { step } = openShard();
  const first = await step([frame(ONE, 0, 100, 101), frame(ONE, 1, 102)]);
  const junk = new TextEncoder().encode("junk");
  const { report } = await step([frame(ONE, 4, 103), frame(ONE, 1, 102), frame(OTHER, 9, 1, 2, 3), junk], first.state);
  expect(report).toEqual({
    counts: {
      records: 4,
      trades: 4,
      lateTrades: 0,
      correctingTrades: 0,
      duplicateFrames: 1,
      duplicateTrades: 1,
      rejected: 1,
    },
    producers: [
      { producer: ONE, firstFrame: 4, lastFrame: 4, frames: 1 },
      { producer: OTHER, firstFrame: 9, lastFrame: 9, frames: 1 },
    ],
    firstSequence: at(3),
    lastSequence: at(6),
    updateRecords: 1,
  });
});

test("a life's end without records tells the position of what it published, and counts nothing", async () => {
  const { step } = openShard();
  const { state } = await step([frame(ONE, 0, 100)]);
  const { report } = await step([], state, true);
  expect(report).toMatchObject({ firstSequence: undefined, lastSequence: at(1), updateRecords: 1, producers: [] });
  expect(Object.values(report.counts)).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test("records that a life had stored are not counted when they come again", async () => {
  const { step, stream, shard, ...ports } = openShard();
  await step([frame(ONE, 0, 100)], undefined, true);
  const records = [{ sequenceNumber: at(1), arrivalTimeMs: nowMs, data: frame(ONE, 0, 100) }];
  const again = { stream: "ticks", shard, records, state: undefined, isLast: true };
  const { report } = await advanceLife({ ...ports, shards: stream }, RULES, again);
  expect(report).toMatchObject({ counts: { records: 0, trades: 0 }, firstSequence: undefined, lastSequence: at(1) });
});

test("a life that ends because its state has no more room says so, and one at its time does not", async () => {
  const { step } = openShard();
  expect(await step([frame(ONE, 0, 100)], undefined, true)).toMatchObject({ state: undefined, hasEndedEarly: false });
  const tight = { ...RULES, maxStateBytes: 1 };
  expect(await step([frame(ONE, 1, 100)], undefined, false, tight)).toMatchObject({ hasEndedEarly: true });
});

test("what a parent was folded for is counted by the child whose life begins with it", async () => {
  const { step, stream, shard, ...ports } = openShard();
  await step([frame(ONE, 0, 100, 101)]);
  const [child] = stream.split(shard);
  const records = [stream.append(child, frame(ONE, 1, 102))];
  const begun = { stream: "ticks", shard: child, records, state: undefined, isLast: false };
  const { report } = await advanceLife({ ...ports, shards: stream }, RULES, begun);
  expect(report).toMatchObject({ counts: { trades: 3 }, producers: [{ firstFrame: 1, frames: 1 }] });
});
