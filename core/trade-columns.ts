import { SymbolTable } from "./symbol-table.ts";

/** Successive rows `[from, to)` of one symbol and one pair of scales, out of one record. */
export interface Run {
  readonly symbol: string;
  readonly priceScale: number;
  readonly sizeScale: number;
  readonly from: number;
  readonly to: number;
}

const FIRST_RUNS = 256;

/**
 * Trades in columns, grouped into runs: what every reader of records writes into and the fold reads from. The columns
 * grow and are reused; only rows below `count` and runs below `runCount` mean anything.
 */
export class TradeColumns {
  /** Positive integers below 2^53, at the run's price scale. */
  price: Float64Array;
  /** Positive integers below 2^53, at the run's size scale. */
  size: Float64Array;
  /** Milliseconds since 1970. */
  eventTimeMs: Float64Array;
  sequence: Float64Array;
  /** Rows in use. */
  count = 0;
  /** By run: the number of its symbol in {@link symbols}, its scales, and the row after its last. Runs cover all rows. */
  runSymbolId = new Int32Array(FIRST_RUNS);
  runPriceScale = new Uint8Array(FIRST_RUNS);
  runSizeScale = new Uint8Array(FIRST_RUNS);
  runEnd = new Int32Array(FIRST_RUNS);
  /** Runs in use; one may be empty. */
  runCount = 0;
  /** The symbols of all rows that were ever in the columns. */
  readonly symbols = new SymbolTable();

  constructor(capacity = 4_096) {
    this.price = new Float64Array(capacity);
    this.size = new Float64Array(capacity);
    this.eventTimeMs = new Float64Array(capacity);
    this.sequence = new Float64Array(capacity);
  }

  /** The runs in use that hold rows, as objects. */
  get runs(): readonly Run[] {
    const runs: Run[] = [];
    for (let run = 0; run < this.runCount; run++) {
      const [from, to] = [this.runStart(run), this.runEnd[run]!];
      const [priceScale, sizeScale] = [this.runPriceScale[run]!, this.runSizeScale[run]!];
      if (to > from) runs.push({ symbol: this.symbols.text(this.runSymbolId[run]!), priceScale, sizeScale, from, to });
    }
    return runs;
  }

  /** The first row of a run. */
  runStart(run: number): number {
    return run === 0 ? 0 : this.runEnd[run - 1]!;
  }

  /** Appends a run of the rows from the last run's end up to `count`. */
  addRun(symbolId: number, priceScale: number, sizeScale: number): void {
    this.reserveRuns(1);
    this.runSymbolId[this.runCount] = symbolId;
    this.runPriceScale[this.runCount] = priceScale;
    this.runSizeScale[this.runCount] = sizeScale;
    this.runEnd[this.runCount++] = this.count;
  }

  /** Makes room for `rows` more rows beyond `count`. */
  reserve(rows: number): void {
    const needed = this.count + rows;
    if (needed <= this.price.length) return;
    const capacity = Math.max(needed, this.price.length * 2);
    this.price = grown(this.price, new Float64Array(capacity));
    this.size = grown(this.size, new Float64Array(capacity));
    this.eventTimeMs = grown(this.eventTimeMs, new Float64Array(capacity));
    this.sequence = grown(this.sequence, new Float64Array(capacity));
  }

  /** Makes room for `runs` more runs beyond `runCount`. */
  reserveRuns(runs: number): void {
    const needed = this.runCount + runs;
    if (needed <= this.runEnd.length) return;
    const capacity = Math.max(needed, this.runEnd.length * 2);
    this.runSymbolId = grown(this.runSymbolId, new Int32Array(capacity));
    this.runPriceScale = grown(this.runPriceScale, new Uint8Array(capacity));
    this.runSizeScale = grown(this.runSizeScale, new Uint8Array(capacity));
    this.runEnd = grown(this.runEnd, new Int32Array(capacity));
  }

  /** Forgets all rows and runs beyond the first `count` rows and `runCount` runs. */
  truncate(count: number, runCount: number): void {
    this.count = count;
    this.runCount = runCount;
  }
}

const grown = <Column extends Float64Array | Int32Array | Uint8Array>(column: Column, larger: Column): Column => {
  larger.set(column);
  return larger;
};
