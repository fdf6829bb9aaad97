import { expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { systemClock } from "./clock.ts";

test("the clock tells the machine's time, and a sleep is not shorter than asked", async () => {
  const beforeMs = Date.now();
  await systemClock.sleep(durationMs(5));
  // Timers may fire up to a millisecond early by the wall clock.
  expect(systemClock.nowMs() - beforeMs).toBeGreaterThanOrEqual(4);
  expect(systemClock.nowMs()).toBeLessThanOrEqual(Date.now());
});
