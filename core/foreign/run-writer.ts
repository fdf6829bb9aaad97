import type { Decimal } from "../decimal.ts";
import type { TradeColumns } from "../trade-columns.ts";

/** What the columns hold of a trade. */
export interface ColumnTrade {
  readonly symbol: string;
  readonly price: Decimal;
  readonly size: Decimal;
  readonly eventTimeMs: number;
  readonly sequence: number;
}

/** Appends trades to columns one by one; successive ones of one symbol and one pair of scales share a run. */
export class RunWriter {
  readonly #columns: TradeColumns;
  readonly #firstRun: number;
  #symbol: string | undefined;

  /** Begins its own runs: what the columns hold already belongs to another record. */
  constructor(columns: TradeColumns) {
    this.#columns = columns;
    this.#firstRun = columns.runCount;
  }

  add({ symbol, price, size, eventTimeMs, sequence }: ColumnTrade): void {
    const columns = this.#columns;
    columns.reserve(1);
    const row = columns.count++;
    columns.price[row] = price.units;
    columns.size[row] = size.units;
    columns.eventTimeMs[row] = eventTimeMs;
    columns.sequence[row] = sequence;
    const run = columns.runCount - 1;
    const isSame =
      run >= this.#firstRun &&
      this.#symbol === symbol &&
      columns.runPriceScale[run] === price.scale &&
      columns.runSizeScale[run] === size.scale;
    if (isSame) columns.runEnd[run] = columns.count;
    else columns.addRun(columns.symbols.idOf(symbol), price.scale, size.scale);
    this.#symbol = symbol;
  }
}
