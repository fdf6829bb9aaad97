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

  /** Begins its own runs: what the columns hold already belongs to another record. */
  constructor(columns: TradeColumns) {
    this.#columns = columns;
    this.#firstRun = columns.runCount;
  }

  add({ symbol, price, size, eventTimeMs, sequence }: ColumnTrade): void {
    const columns = this.#columns;
    columns.reserve(1);
    const row = columns.count;
    columns.price[row] = price.units;
    columns.size[row] = size.units;
    columns.eventTimeMs[row] = eventTimeMs;
    columns.sequence[row] = sequence;
    endRow(columns, this.#firstRun, columns.symbols.idOf(symbol), price.scale, size.scale);
  }
}

/**
 * Takes the row at `count`, whose columns are written, as a trade of the last run, or of a new one when that is another's or
 * stands before `firstRun`.
 */
export const endRow = (
  columns: TradeColumns,
  firstRun: number,
  symbolId: number,
  priceScale: number,
  sizeScale: number,
): void => {
  columns.count++;
  const run = columns.runCount - 1;
  const isSame =
    run >= firstRun &&
    columns.runSymbolId[run] === symbolId &&
    columns.runPriceScale[run] === priceScale &&
    columns.runSizeScale[run] === sizeScale;
  if (isSame) columns.runEnd[run] = columns.count;
  else columns.addRun(symbolId, priceScale, sizeScale);
};
