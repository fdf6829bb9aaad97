import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryContent } from "#test/arbitraries/pane.ts";
import { arbitraryRow, columnsOf, type Row } from "#test/arbitraries/rows.ts";
import { ContentRows } from "./content-rows.ts";
import { contentOfRows } from "./fold-rows.ts";
import { Accumulator, foldContents } from "./fold.ts";
import type { BarContent } from "./pane.ts";
import { TradeColumns } from "./trade-columns.ts";
import { epochMs } from "./units.ts";

/** In cents and whole lots, so that they share their runs. */
const marketRow = arbitraryRow.map(({ price, size, ...row }): Row => ({
  ...row,
  price: { units: 1 + (price.units % 3), scale: 2 },
  size: { units: 1 + (size.units % 2), scale: 0 },
}));
const rowsOfTrades = fc.oneof(
  ...[arbitraryRow, marketRow].map((row) => fc.array(row, { minLength: 1, maxLength: 12 })),
);

const byAccumulator = (trades: readonly Row[]): BarContent => {
  const columns = columnsOf(trades);
  const accumulator = new Accumulator();
  for (const run of columns.runs) accumulator.add(contentOfRows(columns, run, run.from, run.to));
  return accumulator.content();
};

/** Adds trades to a row of the window [0, 6). */
const addTrades = (rows: ContentRows, row: number, trades: readonly Row[]): void => {
  const columns = columnsOf(trades);
  for (const { from, to, ...scales } of columns.runs) {
    const aside = new TradeColumns(to - from);
    const part = { columns, ...scales, to, watermarkMs: 0 };
    if (rows.addAll(row, { ...part, from }, 6, aside)) expect(aside.count).toBe(0);
    else for (let at = from; at < to;) at = rows.addSome(row, { ...part, from: at }, 6);
  }
};

describe("a row", () => {
  test("of trades, of other rows and of contents is the fold of them all, whatever their scales and sizes", () => {
    fc.assert(
      fc.property(
        fc.array(rowsOfTrades, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.nat(2)),
        (shares, how) => {
          const rows = new ContentRows(1);
          const row = rows.open(0, 0);
          for (const share of shares) {
            const way = how.next().value;
            if (way === 0) addTrades(rows, row, share);
            else if (way === 1) rows.addContent(row, byAccumulator(share));
            else {
              const others = new ContentRows(1);
              addTrades(others, others.open(0, 0), share);
              rows.addRow(row, others, 0);
            }
          }
          expect(rows.content(row)).toEqual(byAccumulator(shares.flat()));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("adds up what comes to 2^52 share by share, in every sum", () => {
    const large = fc.constantFrom<(readonly [number, number])[]>([2 ** 51, 1], [1, 2 ** 51], [2 ** 26 - 1, 2 ** 25]);
    fc.assert(
      fc.property(fc.array(large, { minLength: 2, maxLength: 9 }), (lots) => {
        const whole = (units: number) => ({ units, scale: 0 });
        const trades = lots.map(([price, size], sequence): Row => ({
          price: whole(price),
          size: whole(size),
          time: 1,
          sequence,
        }));
        const rows = new ContentRows(1);
        const row = rows.open(0, 0);
        for (const trade of trades) addTrades(rows, row, [trade]);
        expect([rows.content(row), rows.isWide(row)]).toEqual([byAccumulator(trades), false]);
      }),
    );
  });

  test("holds any content, also one that no trades can have made", () => {
    fc.assert(
      fc.property(arbitraryContent, arbitraryContent, (content, other) => {
        const rows = new ContentRows(1);
        const row = rows.open(0, 0);
        rows.addContent(row, content);
        expect(rows.content(row)).toEqual(foldContents([content]));
        rows.addContent(row, other);
        expect(rows.content(row)).toEqual(foldContents([content, other]));
      }),
    );
  });

  test("holds a high beyond the sum of all prices exactly, at any scale", () => {
    const print = { eventTimeMs: epochMs(0), sequence: 0, price: ONE.price, size: ONE.size };
    const high = { units: 2 ** 52 - 1, scale: 0 };
    const sum = { units: 1n, scale: 0 };
    const odd: BarContent = {
      tradeCount: 1,
      open: print,
      high,
      low: ONE.price,
      close: print,
      volume: sum,
      priceSum: sum,
      notional: sum,
    };
    const fine = byAccumulator([{ ...ONE, price: { units: 3, scale: 8 } }]);
    const rows = new ContentRows(1);
    const row = rows.open(0, 0);
    rows.addContent(row, odd);
    rows.addContent(row, fine);
    expect(rows.content(row)).toEqual(foldContents([odd, fine]));
  });

  test("stays a row of doubles at market prices, past 2^52 too, and is wide where a double cannot hold it", () => {
    const rows = new ContentRows(1);
    const [market, sums, wide] = [rows.open(0, 0), rows.open(1, 0), rows.open(2, 0)];
    const trade = (units: number, lots: number, scale: number): Row => ({
      price: { units, scale },
      size: { units: lots, scale },
      time: 1,
      sequence: 1,
    });
    addTrades(rows, market, [trade(16_741, 200, 2), trade(167, 200, 0)]);
    addTrades(
      rows,
      sums,
      Array.from({ length: 10 }, () => trade(60_000_000, 50_000_000, 2)),
    );
    addTrades(rows, wide, [trade(6_000_000_000_000, 100_000_000, 8)]);
    expect([market, sums, wide].map((row) => rows.isWide(row))).toEqual([false, false, true]);
    expect(rows.content(sums).notional).toEqual({ units: 3_000_000_000_000n, scale: 0 });
  });
});

test("trades are taken up to the end of the window and of what is asked, and no further, or set aside", () => {
  //   4   5   0   7   1    time
  // [---------------)
  const columns = columnsOf([4, 5, 0, 7, 1].map((time) => ({ ...ONE, time, sequence: time })));
  const part = { columns, priceScale: 0, sizeScale: 0, watermarkMs: 0 };
  const rows = new ContentRows(1);
  const [row, other, aside] = [rows.open(0, 0), rows.open(1, 0), new TradeColumns(5)];
  expect(rows.addSome(row, { ...part, from: 0, to: 5 }, 6)).toBe(3);
  expect(rows.content(row)).toMatchObject({ tradeCount: 3, open: { eventTimeMs: 0 }, close: { eventTimeMs: 5 } });
  expect(rows.addSome(row, { ...part, from: 4, to: 5 }, 6)).toBe(5);
  expect(rows.content(row).tradeCount).toBe(4);
  expect(rows.addSome(other, { ...part, from: 0, to: 1 }, 6)).toBe(1);
  expect(rows.addAll(other, { ...part, from: 1, to: 5 }, 6, aside)).toBe(true);
  expect(rows.content(other)).toEqual(rows.content(row));
  expect([aside.count, aside.eventTimeMs[0], aside.sequence[0]]).toEqual([1, 7, 7]);
});

const ONE: Row = { price: { units: 1, scale: 0 }, size: { units: 1, scale: 0 }, time: 0, sequence: 1 };
