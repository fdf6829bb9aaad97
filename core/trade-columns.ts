import { SymbolTable } from "./symbol-table.ts";

/**
 * Trades in columns, grouped into runs: what every reader of records writes into and the fold reads from. The columns
 * grow and are reused; only rows below `count` mean anything.
 */

/** Successive rows `[from, to)` of one symbol and one pair of scales, out of one record. */
export interface Run {
  readonly symbol: string;
  /** Its number in the columns' {@link TradeColumns.symbols}. */
  readonly symbolId: number;
  readonly priceScale: number;
  readonly sizeScale: number;
  readonly from: number;
  readonly to: number;
}

export class TradeColumns {
  /** Positive integers below 2^53, at the run's `priceScale`. */
  price: Float64Array;
  /** Positive integers below 2^53, at the run's `sizeScale`. */
  size: Float64Array;
  /** Milliseconds since 1970. */
  eventTimeMs: Float64Array;
  sequence: Float64Array;
  /** Rows in use. */
  count = 0;
  /** The runs in use, in row order; together they cover `[0, count)`. */
  readonly runs: Run[] = [];

  /** The symbols of all rows that were ever in the columns. */
  readonly symbols: SymbolTable;

  constructor(capacity = 4_096, symbols = new SymbolTable()) {
    this.symbols = symbols;
    this.price = new Float64Array(capacity);
    this.size = new Float64Array(capacity);
    this.eventTimeMs = new Float64Array(capacity);
    this.sequence = new Float64Array(capacity);
  }

  /** Makes room for `rows` more rows beyond `count`. */
  reserve(rows: number): void {
    const needed = this.count + rows;
    if (needed <= this.price.length) return;
    const capacity = Math.max(needed, this.price.length * 2);
    this.price = grown(this.price, capacity);
    this.size = grown(this.size, capacity);
    this.eventTimeMs = grown(this.eventTimeMs, capacity);
    this.sequence = grown(this.sequence, capacity);
  }

  /** Forgets all rows and runs beyond the first `count` rows and `runs` runs. */
  truncate(count: number, runs: number): void {
    this.count = count;
    this.runs.length = runs;
  }
}

const grown = (column: Float64Array, capacity: number): Float64Array => {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
};
