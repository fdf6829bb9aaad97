import { describe, expect, test } from "vitest";
import type { Bar } from "#core/bar.ts";
import { barsOf } from "#core/bars.ts";
import { Accumulator } from "#core/fold.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { averageSteps, candleOf, evenly, priceLine, seriesChange, takeTurns } from "./points.ts";

const MINUTE = durationMs(60_000);

/** A bar of IBM in the minute that starts at `second`, of trades of one share at these prices, a second apart. */
const barAt = (second: number, ...cents: readonly number[]): Bar => {
  const fold = new Accumulator();
  for (const [index, units] of cents.entries()) {
    const [price, size] = [
      { units, scale: 2 },
      { units: 1, scale: 0 },
    ];
    const print = { eventTimeMs: epochMs((second + index) * 1_000), sequence: index, price, size };
    const sum = { units: BigInt(units), scale: 2 };
    fold.add({
      tradeCount: 1,
      open: print,
      high: price,
      low: price,
      close: print,
      volume: { units: 1n, scale: 0 },
      priceSum: sum,
      notional: sum,
    });
  }
  const startMs = epochMs(second * 1_000);
  const pane = { symbol: "IBM", intervalMs: MINUTE, startMs, shard: "0", lastSequence: sequenceNumber("1") };
  return barsOf([{ ...pane, content: fold.content(), isCorrected: false }], MINUTE)[0]!;
};

test("a candle is a bar in seconds and plain numbers", () => {
  expect(candleOf(barAt(120, 18_231, 18_300, 18_199))).toEqual({
    time: 120,
    open: 182.31,
    high: 183,
    low: 181.99,
    close: 181.99,
  });
});

describe("an even time axis", () => {
  test("has a place for each window without a trade", () => {
    expect(evenly([{ time: 0 }, { time: 30 }], 10)).toEqual([{ time: 0 }, { time: 10 }, { time: 20 }, { time: 30 }]);
  });

  test("has none for a night", () => {
    expect(evenly([{ time: 0 }, { time: 86_400 }], 10)).toEqual([{ time: 0 }, { time: 86_400 }]);
  });
});

describe("the average of each window", () => {
  const bars = [barAt(0, 100), barAt(60, 200, 400), barAt(120, 500)];

  test("is a step from each window's start, the newest one open to the last price", () => {
    // 0     60    120   150
    // [----)[----)[- - -
    expect(averageSteps(bars, 0, 150)).toEqual({
      closed: [
        { time: 0, value: 1 },
        { time: 60, value: 3 },
        { time: 120, value: 5 },
      ],
      open: [
        { time: 120, value: 5 },
        { time: 150, value: 5 },
      ],
    });
  });

  test("starts where the price line does", () => {
    expect(averageSteps(bars, 90, 120).closed).toEqual([
      { time: 90, value: 3 },
      { time: 120, value: 5 },
    ]);
    expect(averageSteps([], 0, 10)).toEqual({ closed: [], open: [] });
  });
});

test("the price line goes on to the left where there are longer bars alone", () => {
  // bars   0        60       120
  // fine                     120 130
  const bars = [barAt(0, 100), barAt(60, 200, 400), barAt(120, 500)];
  const tens = durationMs(10_000);
  const fine = [120, 130].map((second) => ({
    ...barAt(second, second),
    intervalMs: tens,
    startMs: epochMs(second * 1_000),
    endMs: epochMs(second * 1_000 + tens),
  }));
  const points = priceLine(bars, fine, () => 0).map(({ time, value }) => [time, value]);
  expect(points).toEqual([
    [50, 1],
    [110, 4],
    [120, 1.2],
    [130, 1.3],
  ]);
  expect(priceLine(bars, [], () => 0)).toEqual([]);
});

describe("steps in pieces", () => {
  const at = (time: number) => ({ time, value: time });

  test("have nothing between one piece and the next", () => {
    // first   0 1 (2→5)       5
    // second      2 3 4 (5→4)
    const unseen = (time: number, value: number) => ({ time, value, color: "transparent" });
    expect(takeTurns([[at(0), at(1)], [at(2), at(3), at(4)], [at(5)]])).toEqual([
      [at(0), at(1), unseen(2, 5), at(5)],
      [at(2), at(3), at(4), unseen(5, 4)],
    ]);
  });

  test("are one line where there is one piece", () => {
    expect(takeTurns([[at(0), at(1)]])).toEqual([[at(0), at(1)], []]);
    expect(takeTurns([])).toEqual([[], []]);
  });
});

describe("a series", () => {
  const before = [
    { time: 0, value: 1 },
    { time: 10, value: 2 },
  ];

  test.each([
    ["nothing when nothing changed", before, { kind: "none" }],
    ["its last point", [before[0]!, { time: 10, value: 3 }], { kind: "tail", points: [{ time: 10, value: 3 }] }],
    ["a new point", [...before, { time: 20, value: 3 }], { kind: "tail", points: [{ time: 20, value: 3 }] }],
    [
      "its last point and a new one",
      [before[0]!, { time: 10, value: 4 }, { time: 20, value: 3 }],
      {
        kind: "tail",
        points: [
          { time: 10, value: 4 },
          { time: 20, value: 3 },
        ],
      },
    ],
  ])("changes %s", (_, after, change) => {
    expect(seriesChange(before, after)).toEqual(change);
  });

  test.each([
    ["an earlier point was corrected", [{ time: 0, value: 9 }, before[1]!]],
    ["a point is missing", [before[1]!]],
    ["a point came in between", [before[0]!, { time: 5, value: 2 }, before[1]!]],
    ["there is none left", []],
  ])("is drawn anew when %s", (_, after) => {
    expect(seriesChange(before, after)).toEqual({ kind: "all", points: after });
  });
});
