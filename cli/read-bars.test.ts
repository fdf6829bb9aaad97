import { expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { spansOf } from "./read-bars.ts";

const DAY = 86_400_000;
const dayOf = (number: number) => epochMs(number * DAY);
const spansIn = (days: readonly number[], intervalMs: number) =>
  spansOf(days.map(dayOf), durationMs(intervalMs)).map(({ fromMs, toMs }) => [fromMs / DAY, toMs / DAY]);

test("spans hold the days that have trades, and not the years between them", () => {
  expect(spansIn([15_985, 0, 15_986, 15_988], 60_000)).toEqual([
    [0, 1],
    [15_985, 15_987],
    [15_988, 15_989],
  ]);
});

test("spans are widened to whole bars, each bar in one of them", () => {
  expect(spansIn([8, 15, 16], 7 * DAY)).toEqual([[7, 21]]);
  expect(spansIn([0, 20], 7 * DAY)).toEqual([
    [0, 7],
    [14, 21],
  ]);
});
