import {
  CLOSE_TIME,
  contentOf,
  HIGH,
  LOW,
  NOTIONAL,
  OPEN_TIME,
  PRICE_SCALE,
  PRICE_SUM,
  PRINTS,
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
import { scanWindow } from "./scan-window.ts";
import type { TradeColumns } from "./trade-columns.ts";

/** Scales are 0 to 8, those of the notional 0 to 16. */
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16] as const;

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

/** Brings the cells to scales at which the others can be added; false when a double cannot hold what comes out. */
const canMeet = (cells: Float64Array, at: number, theirs: Float64Array, their: number): boolean => {
  if (haveSameScales(cells, at, theirs, their)) return true;
  const priceScale = Math.max(cells[at + PRICE_SCALE]!, theirs[their + PRICE_SCALE]!);
  const sizeScale = Math.max(cells[at + SIZE_SCALE]!, theirs[their + SIZE_SCALE]!);
  if (!isExactAt(cells, at, priceScale, sizeScale) || !isExactAt(theirs, their, priceScale, sizeScale)) return false;
  rescale(cells, at, priceScale, sizeScale);
  return true;
};

const haveSameScales = (cells: Float64Array, at: number, theirs: Float64Array, their: number): boolean =>
  cells[at + PRICE_SCALE] === theirs[their + PRICE_SCALE] && cells[at + SIZE_SCALE] === theirs[their + SIZE_SCALE];

/** Whether every cell stays exact at scales that are not lower than its own; no price or size is beyond its sum. */
const isExactAt = (cells: Float64Array, at: number, priceScale: number, sizeScale: number): boolean => {
  const byPrice = POWERS[priceScale - cells[at + PRICE_SCALE]!]!;
  const bySize = POWERS[sizeScale - cells[at + SIZE_SCALE]!]!;
  if (byPrice === 1 && bySize === 1) return true;
  return (
    cells[at + VOLUME + 1] === 0 &&
    cells[at + PRICE_SUM + 1] === 0 &&
    cells[at + NOTIONAL + 1] === 0 &&
    cells[at + VOLUME]! * bySize < EXACT_LIMIT &&
    cells[at + PRICE_SUM]! * byPrice < EXACT_LIMIT &&
    cells[at + NOTIONAL]! * byPrice * bySize < EXACT_LIMIT
  );
};

const rescale = (cells: Float64Array, at: number, priceScale: number, sizeScale: number): void => {
  const byPrice = POWERS[priceScale - cells[at + PRICE_SCALE]!]!;
  const bySize = POWERS[sizeScale - cells[at + SIZE_SCALE]!]!;
  if (byPrice === 1 && bySize === 1) return;
  cells[at + LOW]! *= byPrice;
  cells[at + HIGH]! *= byPrice;
  cells[at + VOLUME]! *= bySize;
  cells[at + PRICE_SUM]! *= byPrice;
  cells[at + NOTIONAL]! *= byPrice * bySize;
  for (const print of PRINTS) {
    cells[at + print + 2]! *= byPrice;
    cells[at + print + 3]! *= bySize;
  }
  cells[at + PRICE_SCALE] = priceScale;
  cells[at + SIZE_SCALE] = sizeScale;
};

/** Adds cells at the same or lower scales to cells that {@link canMeet} them. */
const meet = (cells: Float64Array, at: number, theirs: Float64Array, their: number): void => {
  const byPrice = POWERS[cells[at + PRICE_SCALE]! - theirs[their + PRICE_SCALE]!]!;
  const bySize = POWERS[cells[at + SIZE_SCALE]! - theirs[their + SIZE_SCALE]!]!;
  cells[at + TRADE_COUNT]! += theirs[their + TRADE_COUNT]!;
  const [low, high] = [theirs[their + LOW]! * byPrice, theirs[their + HIGH]! * byPrice];
  if (low < cells[at + LOW]!) cells[at + LOW] = low;
  if (high > cells[at + HIGH]!) cells[at + HIGH] = high;
  addSum(cells, at + VOLUME, theirs, their + VOLUME, bySize);
  addSum(cells, at + PRICE_SUM, theirs, their + PRICE_SUM, byPrice);
  addSum(cells, at + NOTIONAL, theirs, their + NOTIONAL, byPrice * bySize);
  if (orderOf(cells, at + OPEN_TIME, theirs, their + OPEN_TIME, byPrice, bySize) > 0)
    copyPrint(theirs, their + OPEN_TIME, cells, at + OPEN_TIME, byPrice, bySize);
  if (orderOf(cells, at + CLOSE_TIME, theirs, their + CLOSE_TIME, byPrice, bySize) < 0)
    copyPrint(theirs, their + CLOSE_TIME, cells, at + CLOSE_TIME, byPrice, bySize);
};

/** Two doubles below 2^52 add exactly. */
const addSum = (cells: Float64Array, at: number, theirs: Float64Array, their: number, by: number): void => {
  let sum = cells[at]! + theirs[their]! * by;
  if (sum >= EXACT_LIMIT) {
    sum -= EXACT_LIMIT;
    cells[at + 1]! += 1;
  }
  cells[at] = sum;
  cells[at + 1]! += theirs[their + 1]!;
};

/** Negative, zero or positive as the first print is before, equal to or after the other: by time, sequence, price, size. */
const orderOf = (
  cells: Float64Array,
  at: number,
  theirs: Float64Array,
  their: number,
  byPrice: number,
  bySize: number,
): number =>
  cells[at]! - theirs[their]! ||
  cells[at + 1]! - theirs[their + 1]! ||
  cells[at + 2]! - theirs[their + 2]! * byPrice ||
  cells[at + 3]! - theirs[their + 3]! * bySize;

const copyPrint = (
  theirs: Float64Array,
  their: number,
  cells: Float64Array,
  at: number,
  byPrice: number,
  bySize: number,
): void => {
  cells[at] = theirs[their]!;
  cells[at + 1] = theirs[their + 1]!;
  cells[at + 2] = theirs[their + 2]! * byPrice;
  cells[at + 3] = theirs[their + 3]! * bySize;
};
