import { expect, test } from "vitest";
import {
  bytesWords,
  clockWords,
  rateWords,
  shardName,
  shareWords,
  tookWords,
  totalRateWords,
  totalWords,
} from "./words.ts";

test.each([
  [0, "0 ms"],
  [-0.2, "0 ms"],
  [-3, "−3 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [9_949, "9.9 s"],
  [9_950, "10 s"],
  [99_999, "100 s"],
  [100_000, "2 min"],
  [6_000_000, "2 h"],
])("%d ms is %s", (ms, words) => {
  expect(tookWords(ms)).toBe(words);
});

test("rates and sizes have as many digits as tell something", () => {
  expect([0, 0.04, 3.14, 9.95, 1_204.4].map(rateWords)).toEqual(["0", "0", "3.1", "10", "1,204"]);
  expect([0, 0.0004, 0.01, 0.974].map(shareWords)).toEqual(["0 %", "<1 %", "1 %", "97 %"]);
  expect([310, 4_200, 275_000, 999_500].map(bytesWords)).toEqual(["310 B", "4.2 kB", "275 kB", "1.0 MB"]);
});

test("the rate of all is that of those that are known", () => {
  expect([[], [undefined], [0], [20, undefined, 4]].map(totalRateWords)).toEqual(["…", "…", "0", "24"]);
});

test("a shard is called by its number where it has one", () => {
  expect(["shardId-000000000012@mu9r6a", "shardId-000000000000", "ticks-3"].map(shardName)).toEqual([
    "12",
    "0",
    "ticks-3",
  ]);
});

test("the figure of the whole way is explained", () => {
  expect(totalWords(undefined)).toBe("");
  expect(totalWords({ p50: 340, p95: 1_900, count: 9 })).toMatch(/median 340 ms, 95 of 100 within 1\.9 s/u);
});

test("clocks are the same as far as is known, or one is ahead", () => {
  expect(clockWords(undefined)).toMatch(/not been compared/u);
  expect(clockWords({ aheadMs: -5, errorMs: 6 })).toBe("This computer's clock shows the server's time, to ± 6 ms.");
  expect(clockWords({ aheadMs: 1_200, errorMs: 0.2 })).toMatch(/is 1.2 s behind the server's \(± 1 ms\)/u);
  expect(clockWords({ aheadMs: -1_200, errorMs: 20 })).toMatch(/is 1.2 s ahead of the server's/u);
});
