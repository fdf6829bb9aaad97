import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { arbitraryRow, type Row } from "#test/arbitraries/rows.ts";
import { pane } from "#test/pane-fixture.ts";
import { panesOfTrades, type Landed } from "#test/panes-of-trades.ts";
import { barRow } from "./bar-row.ts";
import { decimalText } from "./decimal.ts";
import type { Pane } from "./pane.ts";
import { slidingBarsOf } from "./sliding-bars.ts";
import { readSlidingWindows, slidingWindowText, type SlidingWindow } from "./sliding-window.ts";
import { durationMs } from "./units.ts";

const WINDOWS = readSlidingWindows(["10s/5s", "3s/1s", "12m/1s", "1h/20m", "7d/1h"], "these");
const START = 1_381_152_600_000;

/** Trades of two symbols on three shards, in any order: within a few steps of each other, or far apart. */
const trades = fc.array(
  fc.record({
    symbol: fc.constantFrom("IBM", "SPY"),
    shard: fc.constantFrom("0", "1", "2"),
    row: fc
      .tuple(arbitraryRow, fc.oneof(fc.integer({ min: -9_000, max: 9_000 }), fc.integer({ min: -9e8, max: 9e8 })))
      .map(([row, time]): Row => ({ ...row, time: START + time })),
  }),
  { minLength: 1, maxLength: 20 },
);

const oracleTrade = ({ symbol, row }: Landed): OracleTrade => ({
  symbol,
  price: decimalText(row.price),
  size: decimalText(row.size),
  time: row.time,
  sequence: row.sequence,
});

const slidingRows = (panes: readonly Pane[], window: SlidingWindow): readonly string[] =>
  slidingBarsOf(panes, window).map((bar) => barRow(bar).join(","));

describe("the bars of sliding windows", () => {
  test.each(WINDOWS)("of $lengthMs ms every $stepMs ms are those of all trades of each window, folded", (window) => {
    fc.assert(
      fc.property(trades, (landed) => {
        const expected = oracleRows(landed.map(oracleTrade), [slidingWindowText(window)]);
        expect(slidingRows(panesOfTrades(landed, window.stepMs), window)).toEqual(expected);
        expect(slidingRows(panesOfTrades(landed, window.stepMs).toReversed(), window)).toEqual(expected);
      }),
      { numRuns: window.lengthMs / window.stepMs > 100 ? 20 : 100 },
    );
  });

  test("are the same from panes of a shorter interval that divides the step", () => {
    const [window] = readSlidingWindows(["20s/10s"], "it") as [SlidingWindow];
    fc.assert(
      fc.property(trades, (landed) => {
        expect(slidingRows(panesOfTrades(landed, durationMs(5_000)), window)).toEqual(
          slidingRows(panesOfTrades(landed, window.stepMs), window),
        );
      }),
    );
  });

  //       0    5   10   15   20   25   30
  // panes |----|    |    |----|    |
  //       [---------)    [---------)
  //  [---------)    [---------)
  test("are there where a trade is, aligned to the epoch, and nowhere else", () => {
    const [window] = WINDOWS as [SlidingWindow];
    const panes = [0, 15_000].map((startMs) => pane({ last: 2, startMs, intervalMs: window.stepMs }));
    expect(slidingBarsOf(panes, window).map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [-5_000, 5_000],
      [0, 10_000],
      [10_000, 20_000],
      [15_000, 25_000],
    ]);
  });

  test("say that they were corrected when a pane of theirs was", () => {
    const [window] = WINDOWS as [SlidingWindow];
    const [first, second, third] = [0, 5_000, 10_000].map((startMs) =>
      pane({ last: 1, startMs, intervalMs: window.stepMs }),
    ) as [Pane, Pane, Pane];
    const bars = slidingBarsOf([first, second, { ...third, isCorrected: true }], window);
    expect(bars.map(({ startMs, isCorrected }) => [startMs, isCorrected])).toEqual([
      [-5_000, false],
      [0, false],
      [5_000, true],
      [10_000, true],
    ]);
  });

  test("rejects panes of an interval that does not divide the step", () => {
    const [window] = WINDOWS as [SlidingWindow];
    expect(() => slidingBarsOf([pane({ last: 1, startMs: 0 })], window)).toThrow("must be a multiple of its panes'");
  });
});
