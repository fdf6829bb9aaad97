import {
  contentOf,
  NOTIONAL,
  PRICE_SCALE,
  PRICE_SUM,
  SIZE_SCALE,
  START,
  STRIDE,
  SYMBOL,
  toCells,
  TRADE_COUNT,
  VOLUME,
  WATERMARK,
} from "./content-cells.ts";
import { EXACT_LIMIT } from "./exact-sum.ts";
import { Accumulator } from "./fold.ts";
import type { BarContent } from "./pane.ts";
import { addWindow } from "./add-window.ts";
import { canMeet, meet } from "./meet-cells.ts";
import { scanWindow } from "./scan-window.ts";
import type { TradeColumns } from "./trade-columns.ts";

/** What a scan of trades found. */
const share = new Float64Array(STRIDE);

/**
 * Folds of trades as rows of one typed array (content-cells.ts): many small contents without an object each. Whatever a
 * double cannot hold exactly makes a row *wide*: it is an {@link Accumulator} from then on, slower and of any size.
 */
export class ContentRows {
  /** Row `r` has the cells `[r × STRIDE, (r + 1) × STRIDE)`. Another array when the rows have grown. */
  cells: Float64Array;
  /** Rows in use. */
  count = 0;
  readonly #wide = new Map<number, Accumulator>();

  constructor(capacity = 64) {
    this.cells = new Float64Array(capacity * STRIDE);
  }

  /** Begins an empty row and returns its number. */
  open(symbolId: number, startMs: number): number {
    const at = this.count * STRIDE;
    if (at === this.cells.length) {
      const larger = new Float64Array(this.cells.length * 2);
      larger.set(this.cells);
      this.cells = larger;
    }
    this.cells[at + SYMBOL] = symbolId;
    this.cells[at + START] = startMs;
    this.cells[at + WATERMARK] = Number.NEGATIVE_INFINITY;
    return this.count++;
  }

  isWide(row: number): boolean {
    return this.#wide.size > 0 && this.#wide.has(row);
  }

  /**
   * Adds trades of the columns' run `run` from `from` on that lie before `to` and in the row's window, which ends at `endMs`;
   * the first does. `watermarkMs` is what they were held against. Returns the columns' row after them.
   */
  addTrades(
    row: number,
    columns: TradeColumns,
    run: number,
    from: number,
    to: number,
    endMs: number,
    watermarkMs: number,
  ): number {
    const at = row * STRIDE;
    const [priceScale, sizeScale] = [columns.runPriceScale[run]!, columns.runSizeScale[run]!];
    const { cells } = this;
    if (cells[at + PRICE_SCALE] === priceScale && cells[at + SIZE_SCALE] === sizeScale && !this.isWide(row)) {
      const next = addWindow(columns, from, to, endMs, cells, at);
      if (next > from) {
        this.#passWatermark(row, watermarkMs);
        return next;
      }
    }
    const next = scanWindow(columns, from, to, cells[at + START]!, endMs, share);
    share[PRICE_SCALE] = priceScale;
    share[SIZE_SCALE] = sizeScale;
    share[WATERMARK] = watermarkMs;
    if (isExact(share)) this.#add(row, share, 0);
    else {
      this.#passWatermark(row, watermarkMs);
      this.#widen(row).addRows(columns, { priceScale, sizeScale }, from, next);
    }
    return next;
  }

  /** Adds a row of other rows. */
  addRow(row: number, from: ContentRows, fromRow: number): void {
    if (!from.isWide(fromRow)) return this.#add(row, from.cells, fromRow * STRIDE);
    this.#passWatermark(row, from.cells[fromRow * STRIDE + WATERMARK]!);
    this.#widen(row).add(from.content(fromRow));
  }

  /** Adds a fold. */
  addContent(row: number, content: BarContent): void {
    if (toCells(content, share)) this.#add(row, share, 0);
    else this.#widen(row).add(content);
  }

  /** The fold of a row that is not empty. */
  content(row: number): BarContent {
    const accumulator = this.isWide(row) ? this.#wide.get(row) : undefined;
    return accumulator?.content() ?? contentOf(this.cells, row * STRIDE);
  }

  #add(row: number, theirs: Float64Array, their: number): void {
    this.#passWatermark(row, theirs[their + WATERMARK]!);
    const at = row * STRIDE;
    if (this.isWide(row)) this.#wide.get(row)!.add(contentOf(theirs, their));
    else if (this.cells[at + TRADE_COUNT] === 0) copyCells(theirs, their, this.cells, at);
    else if (canMeet(this.cells, at, theirs, their)) meet(this.cells, at, theirs, their);
    else this.#widen(row).add(contentOf(theirs, their));
  }

  #passWatermark(row: number, watermarkMs: number): void {
    const at = row * STRIDE + WATERMARK;
    if (watermarkMs > this.cells[at]!) this.cells[at] = watermarkMs;
  }

  #widen(row: number): Accumulator {
    const known = this.#wide.get(row);
    if (known) return known;
    const accumulator = new Accumulator();
    if (this.cells[row * STRIDE + TRADE_COUNT]! > 0) accumulator.add(contentOf(this.cells, row * STRIDE));
    this.#wide.set(row, accumulator);
    return accumulator;
  }
}

/** Cells of one scan, whose partial sums only grew: below 2^52 each product and partial sum was exact. */
const isExact = (cells: Float64Array): boolean =>
  cells[NOTIONAL]! < EXACT_LIMIT && cells[PRICE_SUM]! < EXACT_LIMIT && cells[VOLUME]! < EXACT_LIMIT;

const copyCells = (theirs: Float64Array, their: number, cells: Float64Array, at: number): void => {
  for (let cell = 0; cell < SYMBOL; cell++) cells[at + cell] = theirs[their + cell]!;
};
