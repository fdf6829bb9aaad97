import fc from "fast-check";
import type { Decimal } from "#core/decimal.ts";
import { RunWriter } from "#core/foreign/run-writer.ts";
import { TradeColumns } from "#core/trade-columns.ts";

/** A trade as columns hold it, without its symbol. */
export interface Row {
  readonly price: Decimal;
  readonly size: Decimal;
  readonly time: number;
  readonly sequence: number;
}

const decimals = (max: number, maxScale: number): fc.Arbitrary<Decimal> =>
  fc.record({ units: fc.integer({ min: 1, max }), scale: fc.integer({ min: 0, max: maxScale }) });

/** Mostly what markets bring, with few times so that many tie; now and then the largest there is. */
export const arbitraryRow: fc.Arbitrary<Row> = fc.record({
  price: fc.oneof(
    { weight: 6, arbitrary: decimals(20_000, 2) },
    { weight: 2, arbitrary: decimals(2_000_000_000, 8) },
    { weight: 1, arbitrary: decimals(Number.MAX_SAFE_INTEGER, 8) },
  ),
  size: fc.oneof(
    { weight: 6, arbitrary: decimals(500, 0) },
    { weight: 2, arbitrary: decimals(2_000_000_000, 8) },
    { weight: 1, arbitrary: decimals(Number.MAX_SAFE_INTEGER, 8) },
  ),
  time: fc.integer({ min: 0, max: 5 }),
  sequence: fc.integer({ min: 0, max: 3 }),
});

/** Columns of rows of symbol A, one run for each stretch of equal scales. */
export const columnsOf = (rows: readonly Row[]): TradeColumns => {
  const columns = new TradeColumns(rows.length);
  const writer = new RunWriter(columns);
  for (const { time, ...row } of rows) writer.add({ ...row, symbol: "A", eventTimeMs: time });
  return columns;
};
