import { expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { createMemoryPaneStore } from "#adapters/memory/pane-store.ts";
import { pane } from "#test/pane-fixture.ts";
import { readBars, spansOf } from "./read-bars.ts";

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

test("spans of sliding windows begin with the first one that reaches into a day", () => {
  const spans = spansOf([dayOf(2)], durationMs(DAY), durationMs(DAY / 4));
  expect(spans.map(({ fromMs, toMs }) => [fromMs / DAY, toMs / DAY])).toEqual([[1.25, 3]]);
});

//         0    5   10   15   20 s
// panes   |----|----|----|----|
// wanted  from ^         ^ to
//              [---------)
//                   [---------)
test("sliding windows that start in the span are whole, and there are no others", async () => {
  const [lengthMs, stepMs] = [durationMs(10_000), durationMs(5_000)];
  const panes = createMemoryPaneStore();
  await panes.put([0, 5_000, 10_000, 15_000].map((startMs) => pane({ last: 1, startMs, intervalMs: stepMs })));
  const wanted = { symbol: "IBM", intervalMs: lengthMs, stepMs };
  const bars = await readBars(panes, [stepMs], { ...wanted, fromMs: epochMs(4_999), toMs: epochMs(15_000) });
  expect(bars.map(({ startMs, endMs, content }) => [startMs, endMs, content.tradeCount])).toEqual([
    [5_000, 15_000, 2],
    [10_000, 20_000, 2],
  ]);
});
