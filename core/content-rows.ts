import { CELL, contentOf, toCells } from "./content-cells.ts";
import { Accumulator, type Scales } from "./fold.ts";
import type { BarContent } from "./pane.ts";
import { addWindow } from "./add-window.ts";
import { canMeet, meet } from "./meet-cells.ts";
import { scanWindow } from "./scan-window.ts";
import type { TradeColumns } from "./trade-columns.ts";
import { epochMs, type EpochMs } from "./units.ts";

const {
  closeTime: CLOSE_TIME,
  notional: NOTIONAL,
  priceScale: PRICE_SCALE,
  priceSum: PRICE_SUM,
  sizeScale: SIZE_SCALE,
  start: START,
  stride: STRIDE,
  symbol: SYMBOL,
  tradeCount: TRADE_COUNT,
  volume: VOLUME,
  watermark: WATERMARK,
  limit: LIMIT,
} = CELL;

/** Trades of one symbol and record: rows `[from, to)`, held against `watermarkMs`. */
export interface RunPart extends Scales {
  readonly columns: TradeColumns;
  readonly from: number;
  readonly to: number;
  readonly watermarkMs: number;
}

const FIRST_ROWS = 64;
/** 12 MB. */
const MAX_KEPT_ROWS = 65_536;

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
  #hasWide = false;

  constructor(capacity = FIRST_ROWS) {
    this.cells = new Float64Array(capacity * STRIDE);
  }

  /** Forgets all rows, and gives up the space of very many. */
  clear(): void {
    this.count = 0;
    this.#wide.clear();
    this.#hasWide = false;
    if (this.cells.length > MAX_KEPT_ROWS * STRIDE) this.cells = new Float64Array(FIRST_ROWS * STRIDE);
  }

  /** Begins an empty row and returns its number. */
  open(symbolId: number, startMs: number): number {
    const at = this.count * STRIDE;
    if (at === this.cells.length) {
      const larger = new Float64Array(this.cells.length * 2);
      larger.set(this.cells);
      this.cells = larger;
    }
    this.cells.fill(0, at, at + STRIDE);
    this.cells[at + SYMBOL] = symbolId;
    this.cells[at + START] = startMs;
    this.cells[at + WATERMARK] = Number.NEGATIVE_INFINITY;
    return this.count++;
  }

  isEmpty(row: number): boolean {
    return this.cells[row * STRIDE + TRADE_COUNT] === 0 && !this.isWide(row);
  }

  isWide(row: number): boolean {
    return this.#hasWide && this.#wide.has(row);
  }

  /**
   * Adds the trades `[from, to)` of one run that lie in the row's window of `intervalMs`, and appends the others to the columns
   * `aside`, which have room for them. False, with nothing done, when it takes {@link addSome}.
   */
  addAll(row: number, part: RunPart, intervalMs: number, aside: TradeColumns): boolean {
    const at = row * STRIDE;
    const { cells } = this;
    const { priceScale, sizeScale } = part;
    const isFirst = cells[at + TRADE_COUNT] === 0;
    if (!isFirst && (cells[at + PRICE_SCALE] !== priceScale || cells[at + SIZE_SCALE] !== sizeScale)) return false;
    if (this.isWide(row) || !addWindow(part.columns, part.from, part.to, intervalMs, cells, at, aside)) return false;
    cells[at + PRICE_SCALE] = priceScale;
    cells[at + SIZE_SCALE] = sizeScale;
    this.#passWatermark(row, part.watermarkMs);
    return true;
  }

  /**
   * Adds trades of one run from `from` on that lie before `to` and in the row's window of `intervalMs`, whatever they are; the
   * first does. Returns the columns' row after them.
   */
  addSome(row: number, part: RunPart, intervalMs: number): number {
    const { columns, from, to, watermarkMs } = part;
    const next = scanWindow(columns, from, to, this.cells[row * STRIDE + START]!, intervalMs, share);
    share[PRICE_SCALE] = part.priceScale;
    share[SIZE_SCALE] = part.sizeScale;
    share[WATERMARK] = watermarkMs;
    if (isExact(share)) this.#add(row, share, 0);
    else {
      this.#passWatermark(row, watermarkMs);
      this.#widen(row).addRows(columns, part, from, next);
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

  /** When the last trade of a row that is not empty happened. */
  closeTimeMs(row: number): EpochMs {
    return this.isWide(row) ? this.content(row).close.eventTimeMs : epochMs(this.cells[row * STRIDE + CLOSE_TIME]!);
  }

  /** The cells of all rows as they are now; those of wide ones mean nothing. */
  copyCells(): Float64Array {
    return this.cells.slice(0, this.count * STRIDE);
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
    this.#hasWide = true;
    return accumulator;
  }
}

/** Cells of one scan, whose partial sums only grew: below 2^52 each product and partial sum was exact. */
const isExact = (cells: Float64Array): boolean =>
  cells[NOTIONAL]! < LIMIT && cells[PRICE_SUM]! < LIMIT && cells[VOLUME]! < LIMIT;

const copyCells = (theirs: Float64Array, their: number, cells: Float64Array, at: number): void => {
  for (let cell = 0; cell < SYMBOL; cell++) cells[at + cell] = theirs[their + cell]!;
};
