import { expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { Throttle } from "./throttle.ts";
import { wallClock } from "./wall-clock.ts";

test("a throttle lets a burst through, and then what the rate fills in", () => {
  let nowMs = 1_000;
  const clock = { ...wallClock, nowMs: () => epochMs(nowMs) };
  const throttle = new Throttle({ ratePerSecond: 10, burst: 3 }, clock);
  const take = (count: number): readonly boolean[] => Array.from({ length: count }, () => throttle.take());
  expect(take(5)).toEqual([true, true, true, false, false]);
  nowMs += 99;
  expect(take(1)).toEqual([false]);
  nowMs += 101;
  expect(take(3)).toEqual([true, true, false]);
  // a long quiet while fills it no further than the burst
  nowMs += 3_600_000;
  expect(take(4)).toEqual([true, true, true, false]);
});

test("without a spec everything goes through", () => {
  const throttle = new Throttle(undefined, wallClock);
  expect(Array.from({ length: 1_000 }, () => throttle.take()).every(Boolean)).toBe(true);
});
