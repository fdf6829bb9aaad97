import { expect, test } from "vitest";
import { shardOperations } from "#test/operations-fixture.ts";
import { ProblemLog, problemsOf, type Sight } from "./problems.ts";
import type { ShardTrend } from "./trends.ts";

const shard = (given: Partial<ShardTrend> = {}): ShardTrend => ({
  shard: "shardId-000000000002@a",
  isIdle: false,
  lagMs: 300,
  windowLagMs: 3_000,
  tradesPerSecond: 50,
  framesPerSecond: 5,
  stateBytes: 300,
  stateShare: 0.01,
  now: shardOperations(),
  rates: [],
  ...given,
});

const well: Sight = {
  isConnected: true,
  silenceMs: 900,
  unansweredMs: 1_000,
  feed: "live",
  shards: [shard(), shard({ isIdle: true, windowLagMs: 3_000_000 })],
  rejectedLately: 0,
  gapAgoMs: undefined,
};

test("nothing is wrong where all is well, nor where a market is quiet or closed, nor with an old gap", () => {
  for (const feed of ["live", "quiet", "closed", undefined] as const)
    expect(problemsOf({ ...well, feed, gapAgoMs: 3_600_001 })).toEqual([]);
});

test.each([
  [{ isConnected: false, feed: "dead" as const }, ["The page has no connection to the server"]],
  [{ silenceMs: 5_000, unansweredMs: 60_000 }, ["The server has sent nothing for a while"]],
  [{ unansweredMs: 11_000 }, ["The server does not answer how the pipeline works"]],
  [{ feed: "dead" as const }, ["Nobody feeds the pipeline"]],
  [{ shards: [shard({ lagMs: 34_000, windowLagMs: 90_000 })] }, ["Shard 2 is 34 s behind the stream"]],
  [{ shards: [shard({ windowLagMs: 90_000 })] }, ["The watermark of shard 2 is 90 s behind"]],
  [{ shards: [shard({ stateShare: 0.82 })] }, ["Shard 2 keeps 82 % of the state that it may"]],
  [{ rejectedLately: 1_200 }, ["1,200 rejected in the last minute"]],
  [{ gapAgoMs: 60_000 }, ["Trades may have expired before they were read"]],
])("says what is wrong: %j", (given, words) => {
  expect(problemsOf({ ...well, ...given }).map((problem) => problem.words)).toEqual(words);
});

test("remembers since when each thing is wrong, whatever its words, and since when all is well", () => {
  const log = new ProblemLog();
  const [a, b] = [
    { key: "a", words: "a is 3 s behind" },
    { key: "b", words: "b" },
  ] as const;
  expect([log.see([], 5), log.wellSinceMs]).toEqual([[], 5]);
  expect(log.see([a], 10)).toEqual([{ ...a, sinceMs: 10 }]);
  expect(log.wellSinceMs).toBeUndefined();
  expect(log.see([b, { ...a, words: "a is 5 s behind" }], 20)).toEqual([
    { key: "a", words: "a is 5 s behind", sinceMs: 10 },
    { ...b, sinceMs: 20 },
  ]);
  log.see([], 30);
  log.see([], 40);
  expect(log.wellSinceMs).toBe(30);
  expect(log.see([a], 50)).toEqual([{ ...a, sinceMs: 50 }]);
});
