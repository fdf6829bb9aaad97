import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";
import { durationMs } from "./units.ts";

const backoff = { firstMs: durationMs(100), longestMs: durationMs(1_000) };

test("a pause doubles with each failure up to its limit", () => {
  expect([1, 2, 3, 4, 5, 60].map((failures) => backoffMs(backoff, failures, 0.5))).toEqual([
    50, 100, 200, 400, 500, 500,
  ]);
});

test("a pause is never nothing", () => {
  expect(backoffMs(backoff, 1, 0)).toBe(1);
});
