import { describe, expect, test } from "vitest";
import type { Lease } from "#core/ports/lease-store.ts";
import type { ShardStatus } from "#core/ports/shard-status.ts";
import { durationMs, epochMs, sequenceNumber, type SequenceNumber } from "#core/units.ts";
import { startMs as nowMs } from "#test/socket-stage.ts";
import { pipelineStatus } from "./pipeline-status.ts";

const nothing = { shards: [], gaps: [], lease: undefined, connections: 0 };
const rules = { maxOutOfOrdernessMs: durationMs(2_000), idleMs: durationMs(10_000) };

/** A shard whose last record came `silentMs` ago, and that has reached the event time of `behindMs` ago. */
const shard = (silentMs: number, behindMs: number | undefined, trades = 10): ShardStatus => ({
  stream: "ticks",
  shard: `shardId-${silentMs}`,
  last: sequenceNumber("1"),
  arrivalTimeMs: epochMs(nowMs - silentMs),
  newestEventTimeMs: behindMs === undefined ? undefined : epochMs(nowMs - behindMs + 50),
  frontierMs: behindMs === undefined ? undefined : epochMs(nowMs - behindMs),
  counts: {
    records: 1,
    trades,
    lateTrades: 2,
    correctingTrades: 1,
    duplicateFrames: 1,
    duplicateTrades: 3,
    rejected: 4,
  },
  step: undefined,
});

/** The fetcher's lease, held for `leftMs` more; by shard the last record that it put. */
const lease = (leftMs: number, isDone = false, lastPlaces: Readonly<Record<string, SequenceNumber>> = {}): Lease => ({
  name: "replay",
  holder: "a",
  untilMs: epochMs(nowMs + leftMs),
  state: JSON.stringify({ producer: "00", position: 1, lastPlaces, isDone }),
});

/** How many milliseconds ago the watermark is. */
const watermarkBehind = (...shards: readonly ShardStatus[]): number | undefined => {
  const { watermarkMs } = pipelineStatus({ ...nothing, shards }, nowMs, rules);
  return watermarkMs === undefined ? undefined : nowMs - watermarkMs;
};

const feedOf = (shards: readonly ShardStatus[], held: Lease | undefined): string =>
  pipelineStatus({ ...nothing, shards, lease: held }, nowMs, rules).feed;

describe("the watermark", () => {
  test("is the event time reached less the allowed disorder", () => {
    expect(watermarkBehind(shard(500, 600))).toBe(2_600);
  });

  test("is the least of the shards that had a record lately", () => {
    expect(watermarkBehind(shard(500, 600), shard(10_000, 30_000), shard(10_001, 90_000))).toBe(32_000);
  });

  test("is the newest trade's when no shard had a record lately", () => {
    expect(watermarkBehind(shard(20_000, 20_500), shard(90_000, 90_500))).toBe(22_450);
  });

  test("is not held back by a shard that never had a trade", () => {
    expect(watermarkBehind(shard(500, 600), shard(100, undefined))).toBe(2_600);
    expect(watermarkBehind(shard(100, undefined))).toBeUndefined();
    expect(watermarkBehind()).toBeUndefined();
  });
});

describe("of a shard whose aggregator is behind", () => {
  const [stalled, busy] = [shard(30_000, 31_000), shard(500, 600)];
  const put = (last: string) => lease(5_000, false, { [stalled.shard]: sequenceNumber(last) });
  const behind = (shards: readonly ShardStatus[], held: Lease): number => {
    const { watermarkMs } = pipelineStatus({ ...nothing, shards, lease: held }, nowMs, rules);
    return nowMs - watermarkMs!;
  };

  test("the watermark waits for what its source has put into it", () => {
    expect(behind([stalled, busy], put("2"))).toBe(33_000);
    expect(behind([stalled, shard(20_000, 20_500)], put("2"))).toBe(33_000);
    expect(behind([stalled, busy], put("1"))).toBe(2_600);
  });

  test("the watermark does not wait for ever, as what was put may be gone", () => {
    const gone = shard(600_001, 700_000);
    const held = lease(5_000, false, { [gone.shard]: sequenceNumber("2") });
    expect(behind([gone, busy], held)).toBe(2_600);
  });

  test("the source is not called closed before all that it sent is folded", () => {
    expect(feedOf([stalled], lease(-5_000, true, { [stalled.shard]: sequenceNumber("2") }))).toBe("quiet");
    expect(feedOf([stalled], lease(-5_000, true, { [stalled.shard]: sequenceNumber("1") }))).toBe("closed");
  });
});

describe("the feed", () => {
  test.each([
    ["live", "a record came within the idle time", [shard(10_000, 10_000)], lease(5_000)],
    ["live", "records come, whoever sends them", [shard(100, 100)], undefined],
    ["live", "the last records of a source come", [shard(100, 100)], lease(0, true)],
    ["quiet", "the fetcher is at work and nothing comes", [shard(10_001, 10_001)], lease(5_000)],
    ["quiet", "one run of the fetcher has ended and the next begins", [], lease(-10_000)],
    ["closed", "the source is at its end", [shard(60_000, 60_000)], lease(-3_600_000, true)],
    ["dead", "the fetcher has died", [shard(60_000, 60_000)], lease(-10_001)],
    ["dead", "nobody ever fetched", [], undefined],
  ])("is %s when %s", (state, _, shards, held) => {
    expect(feedOf(shards, held)).toBe(state);
  });
});

test("counts are those of all shards together, and gaps those behind what had been read", () => {
  const gap = { stream: "ticks", shard: "shardId-0", before: sequenceNumber("9"), noticedAtMs: nowMs };
  const gaps = [
    { ...gap, after: undefined },
    { ...gap, after: sequenceNumber("3") },
  ];
  const shards = [shard(100, 100, 5), shard(99_000, 99_000, 7)];
  const { timeMs, counts, connections } = pipelineStatus({ ...nothing, shards, gaps, connections: 4 }, nowMs, rules);
  expect([timeMs, connections]).toEqual([nowMs, 4]);
  expect(counts).toEqual({ trades: 12, late: 4, corrected: 2, duplicates: 6, rejected: 8, gaps: 1 });
});
