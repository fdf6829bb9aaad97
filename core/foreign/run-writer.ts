import type { Decimal } from "../decimal.ts";
import type { Run, TradeColumns } from "../trade-columns.ts";

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
  #run: (Run & { to: number }) | undefined;

  /** Begins its own runs: what the columns hold already belongs to another record. */
  constructor(columns: TradeColumns) {
    this.#columns = columns;
  }

  add({ symbol, price, size, eventTimeMs, sequence }: ColumnTrade): void {
    const columns = this.#columns;
    columns.reserve(1);
    const row = columns.count++;
    columns.price[row] = price.units;
    columns.size[row] = size.units;
    columns.eventTimeMs[row] = eventTimeMs;
    columns.sequence[row] = sequence;
    const run = this.#run;
    if (run?.symbol === symbol && run.priceScale === price.scale && run.sizeScale === size.scale) {
      run.to = row + 1;
      return;
    }
    const symbolId = columns.symbols.idOf(symbol);
    this.#run = { symbol, symbolId, priceScale: price.scale, sizeScale: size.scale, from: row, to: row + 1 };
    columns.runs.push(this.#run);
  }
}
