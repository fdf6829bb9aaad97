import { describe, expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { CHART_BARS, chartWishes, watchedSpan } from "./wishes.ts";

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
const offered = [10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR].map(durationMs);

describe("a chart", () => {
  test.each([
    [10 * SECOND, 300, 10 * SECOND, 300],
    [MINUTE, 300, 10 * SECOND, 1_000],
    [5 * MINUTE, 300, MINUTE, 1_000],
    [15 * MINUTE, 192, MINUTE, 1_000],
    [HOUR, 48, 5 * MINUTE, 576],
  ])("of %i ms asks for %i bars, and for finer ones behind the price", (intervalMs, bars, fineMs, fineBars) => {
    const wishes = chartWishes("IBM", durationMs(intervalMs), offered);
    expect([wishes.bars.intervalMs, wishes.bars.bars]).toEqual([intervalMs, bars]);
    expect([wishes.fine.intervalMs, wishes.fine.bars]).toEqual([fineMs, fineBars]);
    expect(wishes.bars === wishes.fine).toBe(intervalMs === fineMs);
  });

  test("asks for as many as the server gives, and of a long interval for a longer time, when the reader wants older ones", () => {
    const counts = offered.map((intervalMs) => chartWishes("IBM", intervalMs, offered, CHART_BARS.most).bars.bars);
    expect(counts).toEqual([1_000, 1_000, 1_000, 640, 160]);
  });

  test("takes for the price what divides its interval", () => {
    const [ten, quarter] = [10 * SECOND, 15 * SECOND].map(durationMs);
    expect(chartWishes("IBM", quarter!, [ten!, quarter!]).fine.intervalMs).toBe(15 * SECOND);
  });
});

test.each([
  [offered, MINUTE, 30],
  [[10 * SECOND].map(durationMs), 10 * SECOND, 180],
  [[SECOND].map(durationMs), SECOND, 1_000],
  [[5 * MINUTE, HOUR].map(durationMs), 5 * MINUTE, 30],
])("the watchlist asks for half an hour in as few bars as draw a line", (intervals, intervalMs, bars) => {
  expect(watchedSpan(intervals)).toEqual({ intervalMs, bars });
});
