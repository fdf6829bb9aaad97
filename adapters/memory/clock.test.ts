import { expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { createManualClock } from "./clock.ts";

test("a sleeper wakes at its time, and may sleep again within the same advance", async () => {
  const clock = createManualClock(epochMs(1_000));
  const woken: number[] = [];
  const sleeper = async (spanMs: number): Promise<void> => {
    for (;;) {
      await clock.sleep(durationMs(spanMs));
      woken.push(clock.nowMs());
    }
  };
  void sleeper(30);
  void sleeper(50);
  //  1000   1030   1050 1060   1090   1100
  // --+------+------+----+------+------+--
  await clock.advance(100);
  expect(woken).toEqual([1_030, 1_050, 1_060, 1_090, 1_100]);
  expect(clock.nowMs()).toBe(1_100);
  await clock.advance(19);
  expect(woken).toHaveLength(5);
});
