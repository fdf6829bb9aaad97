import { expect, test } from "vitest";
import { MAX_STATE_BYTES } from "#core/plan/state-size.ts";
import type { ShardOperations } from "#core/protocol/operations.ts";
import { epochMs } from "#core/units.ts";
import { shardOperations } from "#test/operations-fixture.ts";
import { Trends } from "./trends.ts";

const NOW = 1_700_000_000_000;

const take = (trends: Trends, atMs: number, ...shards: readonly Partial<ShardOperations>[]): void =>
  trends.take({
    timeMs: epochMs(NOW + atMs),
    source: undefined,
    gapNoticedMs: undefined,
    part: 1,
    parts: 1,
    shards: shards.map((given) => shardOperations({ lastArrivalMs: epochMs(NOW + atMs - 100), ...given })),
  });

test("rates are those of the last ten seconds, and the state is the largest of the last minute", () => {
  const trends = new Trends();
  const stateBytes = MAX_STATE_BYTES / 2;
  for (const [atMs, given] of [
    [0, { trades: 0, records: 0, stateBytes }],
    [6_000, { trades: 600, records: 6 }],
    [12_000, { trades: 1_200, records: 12 }],
    [16_000, { trades: 1_200, records: 12 }],
  ] as const)
    take(trends, atMs, given);
  const [shard] = trends.shards;
  expect(shard).toMatchObject({ tradesPerSecond: 60, framesPerSecond: 0.6, rates: [100, 100, 0], stateShare: 0.5 });
  take(trends, 61_000, { trades: 1_200 });
  expect(trends.shards[0]!.stateShare).toBe(0);
});

test("one answer tells no rate", () => {
  const trends = new Trends();
  take(trends, 0, { trades: 600, records: 6 });
  expect(trends.shards[0]).toMatchObject({ tradesPerSecond: undefined, framesPerSecond: undefined });
  take(trends, 1_000, { trades: 600, records: 6 });
  expect(trends.shards[0]).toMatchObject({ tradesPerSecond: 0, framesPerSecond: 0 });
});

test("a lag is how long the last record waited, or how long none of those that came is folded", () => {
  const trends = new Trends();
  const step = { arrivalTimeMs: epochMs(NOW - 900), foldedTimeMs: epochMs(NOW - 100), isBehind: true };
  take(trends, 0, { ...step, last: "7" });
  expect(trends.shards[0]!.lagMs).toBe(800);
  take(trends, 2_000, { ...step, last: "8" });
  expect(trends.shards[0]!.lagMs).toBe(800);
  take(trends, 14_000, { ...step, last: "8" });
  expect(trends.shards[0]!.lagMs).toBe(12_000);
  take(trends, 16_000, { ...step, last: "8", isBehind: false });
  expect(trends.shards[0]!.lagMs).toBe(800);
});

test("an idle shard lags behind nothing, and goes when it was idle for long", () => {
  const trends = new Trends();
  const step = { arrivalTimeMs: epochMs(NOW - 900), foldedTimeMs: epochMs(NOW - 100) };
  take(trends, 0, { ...step, lastArrivalMs: epochMs(NOW - 16_000), watermarkMs: epochMs(NOW - 20_000) });
  expect(trends.shards).toMatchObject([{ isIdle: true, lagMs: 0, windowLagMs: 20_000 }]);
  take(trends, 2_000, { lastArrivalMs: epochMs(NOW - 3_600_000), isBehind: false });
  expect(trends.shards).toEqual([]);
  take(trends, 4_000, { lastArrivalMs: epochMs(NOW - 3_600_000), isBehind: true });
  expect(trends.shards).toMatchObject([{ isIdle: false, windowLagMs: undefined }]);
});

test("the parts of an answer are one, and rejected trades are counted over a while", () => {
  const trends = new Trends();
  take(trends, 0, { shard: "a", rejected: 5 });
  take(trends, 0, { shard: "b", rejected: 1 });
  take(trends, 30_000, { shard: "a", rejected: 7 });
  take(trends, 30_000, { shard: "b", rejected: 1 });
  expect(trends.shards.map(({ shard }) => shard)).toEqual(["a", "b"]);
  expect([trends.rejectedSince(60_000), trends.rejectedSince(10_000)]).toEqual([2, 0]);
});
