import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { barRow } from "./bar-row.ts";
import { barsOf } from "./bars.ts";
import { compareDecimals, least, quotient, type Decimal } from "./decimal.ts";
import { contentOfRows } from "./fold-rows.ts";
import { Accumulator, foldContents } from "./fold.ts";
import type { BarContent } from "./pane.ts";
import { contentRow, readContentRow } from "./pane-row.ts";
import { TradeColumns } from "./trade-columns.ts";
import { durationMs, epochMs, sequenceNumber } from "./units.ts";

interface Row {
  readonly price: Decimal;
  readonly size: Decimal;
  readonly time: number;
  readonly sequence: number;
}

const decimals = (max: number): fc.Arbitrary<Decimal> =>
  fc.record({ units: fc.integer({ min: 1, max }), scale: fc.integer({ min: 0, max: 8 }) });

/** Often the same, so that two rows differ in nothing but their sequences. */
const one = { weight: 4, arbitrary: fc.constant<Decimal>({ units: 1, scale: 0 }) };

const rows: fc.Arbitrary<Row> = fc.record({
  price: fc.oneof(one, decimals(20_000), decimals(Number.MAX_SAFE_INTEGER)),
  size: fc.oneof(one, decimals(500), decimals(Number.MAX_SAFE_INTEGER)),
  time: fc.integer({ min: 0, max: 5 }),
  sequence: fc.integer({ min: 0, max: 3 }),
});

/** One run per row, so that scales may differ from row to row. */
const foldOf = (trades: readonly Row[]): BarContent => {
  const accumulator = new Accumulator();
  for (const { price, size, time, sequence } of trades) {
    const columns = new TradeColumns(1);
    columns.price[0] = price.units;
    columns.size[0] = size.units;
    columns.eventTimeMs[0] = time;
    columns.sequence[0] = sequence;
    accumulator.add(contentOfRows(columns, { priceScale: price.scale, sizeScale: size.scale }, 0, 1));
  }
  return accumulator.content();
};

/** One run of rows that share their scales. */
const foldOfRun = (trades: readonly Row[]): BarContent => {
  const columns = new TradeColumns(trades.length);
  trades.forEach(({ price, size, time, sequence }, row) => {
    columns.price[row] = price.units;
    columns.size[row] = size.units;
    columns.eventTimeMs[row] = time;
    columns.sequence[row] = sequence;
  });
  const accumulator = new Accumulator();
  const run = { priceScale: 2, sizeScale: 1 };
  accumulator.add(contentOfRows(columns, run, 0, trades.length));
  return accumulator.content();
};

describe("a fold", () => {
  test("adds, compares and orders", () => {
    const content = foldOf([
      { price: { units: 1_005, scale: 1 }, size: { units: 10, scale: 0 }, time: 3, sequence: 1 },
      { price: { units: 99, scale: 0 }, size: { units: 25, scale: 1 }, time: 1, sequence: 2 },
      { price: { units: 10_125, scale: 2 }, size: { units: 1, scale: 0 }, time: 3, sequence: 2 },
    ]);
    expect(contentRow(content)).toEqual([
      3,
      "99",
      1,
      2,
      "2.5",
      "101.25",
      "99",
      "101.25",
      3,
      2,
      "1",
      "13.5",
      "300.75",
      "1353.75",
    ]);
  });

  test("does not depend on the order of trades, nor on how they were grouped", () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat(2)), (trades, groups) => {
        const whole = foldOf(trades);
        const shares: Row[][] = [[], [], []];
        for (const trade of trades.toReversed()) shares[groups.next().value ?? 0]!.push(trade);
        expect(foldContents(shares.filter((share) => share.length > 0).map(foldOf))).toEqual(whole);
      }),
    );
  });

  test("of a run is that of its rows, past 2^53 too", () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 12 }), (trades) => {
        const sameScales = trades.map((trade) => ({
          ...trade,
          price: { units: trade.price.units, scale: 2 },
          size: { units: trade.size.units, scale: 1 },
        }));
        expect(foldOfRun(sameScales)).toEqual(foldOf(sameScales));
      }),
    );
  });

  test("sums past 2^53 are exact", () => {
    const big = { units: Number.MAX_SAFE_INTEGER, scale: 8 };
    const { priceSum, notional, volume } = foldOf(
      [1, 2, 3].map((sequence) => ({ price: big, size: big, time: 0, sequence })),
    );
    expect(priceSum.units).toBe(3n * BigInt(Number.MAX_SAFE_INTEGER));
    expect(volume.units).toBe(3n * BigInt(Number.MAX_SAFE_INTEGER));
    expect(notional.units).toBe(3n * BigInt(Number.MAX_SAFE_INTEGER) ** 2n);
  });

  test("keeps low ≤ vwap ≤ high and low ≤ mean ≤ high", () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 12 }), (trades) => {
        const { low, high, notional, volume, priceSum, tradeCount } = foldOf(trades);
        const places = 24;
        for (const average of [
          quotient(notional, volume, places),
          quotient(priceSum, { units: BigInt(tradeCount), scale: 0 }, places),
        ]) {
          expect(average.units >= BigInt(low.units) * 10n ** BigInt(places - low.scale)).toBe(true);
          expect(average.units <= BigInt(high.units) * 10n ** BigInt(places - high.scale)).toBe(true);
        }
        expect(compareDecimals(low, high)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test("reads back from its row", () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 6 }), (trades) => {
        const content = foldOf(trades);
        expect(readContentRow(JSON.parse(JSON.stringify(contentRow(content))) as unknown[])).toEqual(content);
        expect(content.open.price).toEqual(least(content.open.price));
      }),
    );
  });

  test("rejects a row with a cell that has no text", () => {
    const odd: unknown = JSON.parse('{"toString":1}');
    for (const at of [0, 1, 11])
      expect(() => readContentRow(Array.from({ length: 14 }, (_, i) => (i === at ? odd : i === 0 ? 1 : "1")))).toThrow(
        RangeError,
      );
  });
});

test("a bar is the fold of its panes, whatever their shards, and longer bars fold from shorter panes", () => {
  const content = foldOf([{ price: { units: 1, scale: 0 }, size: { units: 2, scale: 0 }, time: 5, sequence: 1 }]);
  const intervalMs = durationMs(60_000);
  const pane = { symbol: "A", intervalMs, lastSequence: sequenceNumber("1"), content, isCorrected: false };
  const panes = [
    { ...pane, startMs: epochMs(60_000), shard: "1" },
    { ...pane, startMs: epochMs(0), shard: "1" },
    { ...pane, startMs: epochMs(0), shard: "2", isCorrected: true },
    { ...pane, symbol: "B", startMs: epochMs(300_000), shard: "2" },
  ];
  const row = (symbol: string, start: number, end: number, trades: number): (string | number)[] => {
    const interval = end - start === 60_000 ? "1m" : "5m";
    return [symbol, interval, start, end, trades, "1", "1", "1", "1", String(trades * 2), "1", "1", 5, 5];
  };
  expect(barsOf(panes, durationMs(60_000)).map(barRow)).toEqual([
    row("A", 0, 60_000, 2),
    row("A", 60_000, 120_000, 1),
    row("B", 300_000, 360_000, 1),
  ]);
  expect(barsOf(panes, intervalMs).map(({ isCorrected }) => isCorrected)).toEqual([true, false, false]);
  expect(barsOf(panes, durationMs(300_000)).map(barRow)).toEqual([
    row("A", 0, 300_000, 3),
    row("B", 300_000, 600_000, 1),
  ]);
});
