import { CELL } from "./content-cells.ts";
import { ContentRows, type RunPart } from "./content-rows.ts";
import { TradeColumns } from "./trade-columns.ts";
import type { DurationMs } from "./units.ts";

const { start: START, stride: STRIDE, symbol: SYMBOL } = CELL;

const FIRST_SLOTS = 128;
/** Windows that were made to collide are kept in a map beyond so many slots. */
const MAX_PROBES = 32;
/** At the end of a window the trades of two come mixed, and late ones among them; more windows than these are rare in a run. */
const PASSES = 3;
/** What each pass over a run leaves to the next. */
const asides = [new TradeColumns(), new TradeColumns()] as const;
/** What is being added: an object for each run would take as long as some of its trades. */
const part: { -readonly [Field in keyof RunPart]: RunPart[Field] } = {
  columns: asides[0],
  priceScale: 0,
  sizeScale: 0,
  from: 0,
  to: 0,
  watermarkMs: 0,
};
/** Cells that come from memory at once. */
const LINE = 8;

/** The folds of one interval's windows by (symbol id, window start): a hash table with open addressing, at most half full. */
export class PaneTable {
  readonly intervalMs: DurationMs;
  readonly rows = new ContentRows();
  /** Rows plus one, 0 where there is none. */
  #slots = new Int32Array(FIRST_SLOTS);
  readonly #crowded = new Map<string, number>();
  /** By symbol id the row that trades were last added to, plus one: mostly the one that more are added to. */
  #latest = new Int32Array(FIRST_SLOTS);
  /** Of no use but to have been read for; see {@link #fetchRows}. */
  #fetched = 0;

  constructor(intervalMs: DurationMs) {
    this.intervalMs = intervalMs;
  }

  /** Forgets all windows. */
  clear(): void {
    this.rows.clear();
    this.#crowded.clear();
    if (this.rows.cells.length * 2 < this.#slots.length * STRIDE) this.#slots = new Int32Array(FIRST_SLOTS);
    else this.#slots.fill(0);
    this.#latest.fill(0);
  }

  /** The row of a window, -1 when there is none. */
  find(symbolId: number, startMs: number): number {
    const slot = this.#slotOf(symbolId, startMs);
    return slot < 0 ? (this.#crowded.get(keyOf(symbolId, startMs)) ?? -1) : this.#slots[slot]! - 1;
  }

  /** The row of a window, begun empty when there was none. */
  open(symbolId: number, startMs: number): number {
    const slot = this.#slotOf(symbolId, startMs);
    const known = slot < 0 ? (this.#crowded.get(keyOf(symbolId, startMs)) ?? -1) : this.#slots[slot]! - 1;
    if (known >= 0) return known;
    const row = this.rows.open(symbolId, startMs);
    if (slot < 0) this.#crowded.set(keyOf(symbolId, startMs), row);
    else this.#slots[slot] = row + 1;
    if (this.rows.count * 2 > this.#slots.length) this.#grow();
    return row;
  }

  /** Adds all trades of the columns, which were held against `watermarkMs`, to the windows that they lie in. */
  addTrades(columns: TradeColumns, watermarkMs: number): void {
    const { runCount, runSymbolId, runEnd, runPriceScale, runSizeScale } = columns;
    this.#fetchRows(columns);
    part.watermarkMs = watermarkMs;
    part.to = 0;
    for (let run = 0; run < runCount; run++) {
      part.columns = columns;
      part.priceScale = runPriceScale[run]!;
      part.sizeScale = runSizeScale[run]!;
      part.from = run === 0 ? 0 : runEnd[run - 1]!;
      part.to = runEnd[run]!;
      if (part.to > part.from) this.#addRun(runSymbolId[run]!);
    }
  }

  /**
   * Reads a little of all rows that runs will mostly be added to: with nothing to be done in between the processor gets them
   * from memory many at once, and not one by one as their runs come. Where symbols are many that takes a quarter off the fold.
   */
  #fetchRows({ runCount, runSymbolId, symbols }: TradeColumns): void {
    if (symbols.count > this.#latest.length) this.#latest = grown(this.#latest, symbols.count * 2);
    const latest = this.#latest;
    const { cells } = this.rows;
    let sum = 0;
    for (let run = 0; run < runCount; run++) {
      const at = (latest[runSymbolId[run]!]! - 1) * STRIDE;
      if (at >= 0) sum += cells[at]! + cells[at + LINE]! + (cells[at + 2 * LINE]! + cells[at + STRIDE - 1]!);
    }
    this.#fetched = sum;
  }

  /** Adds the part, of one run, window by window, and what is left after some of them trade by trade. */
  #addRun(symbolId: number): void {
    for (let pass = 0; pass < PASSES; pass++) {
      const aside = asides[pass % 2]!;
      aside.truncate(0, 0);
      aside.reserve(part.to - part.from);
      this.#addPart(symbolId, aside);
      if (aside.count === 0) return;
      part.columns = aside;
      part.from = 0;
      part.to = aside.count;
    }
    for (const end = part.to; part.from < end;) {
      part.to = part.from + 1;
      part.from = this.rows.addSome(this.#openAt(symbolId, part.columns, part.from), part, this.intervalMs);
    }
  }

  /** Adds the trades of the part that lie in the window of the first, and all others or puts them aside. */
  #addPart(symbolId: number, aside: TradeColumns): void {
    const { rows, intervalMs } = this;
    if (rows.addAll(this.#openAt(symbolId, part.columns, part.from), part, intervalMs, aside)) return;
    while (part.from < part.to)
      part.from = rows.addSome(this.#openAt(symbolId, part.columns, part.from), part, intervalMs);
  }

  /** The row of the window that a trade lies in, begun empty when there was none. */
  #openAt(symbolId: number, { eventTimeMs }: TradeColumns, trade: number): number {
    const timeMs = eventTimeMs[trade]!;
    const latest = this.#latest[symbolId]! - 1;
    if (latest >= 0) {
      const startMs = this.rows.cells[latest * STRIDE + START]!;
      if (timeMs >= startMs && timeMs < startMs + this.intervalMs) return latest;
    }
    const row = this.open(symbolId, Math.floor(timeMs / this.intervalMs) * this.intervalMs);
    this.#latest[symbolId] = row + 1;
    return row;
  }

  #place(symbolId: number, startMs: number, row: number): void {
    const slot = this.#slotOf(symbolId, startMs);
    if (slot < 0) this.#crowded.set(keyOf(symbolId, startMs), row);
    else this.#slots[slot] = row + 1;
  }

  /** Where the row stands, or would; -1 for the map. */
  #slotOf(symbolId: number, startMs: number): number {
    const slots = this.#slots;
    const { cells } = this.rows;
    const mask = slots.length - 1;
    const hash = Math.imul(symbolId, 0x9e3779b1) ^ Math.imul((startMs / this.intervalMs) | 0, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const at = (slots[slot]! - 1) * STRIDE;
      if (at < 0 || (cells[at + SYMBOL] === symbolId && cells[at + START] === startMs)) return slot;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /** Every row moves, those of the map too: a search that ends at an empty slot does not look there. */
  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    this.#crowded.clear();
    const { cells, count } = this.rows;
    for (let row = 0; row < count; row++) {
      const at = row * STRIDE;
      this.#place(cells[at + SYMBOL]!, cells[at + START]!, row);
    }
  }
}

const grown = (numbers: Int32Array, length: number): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(length);
  larger.set(numbers);
  return larger;
};

const keyOf = (symbolId: number, startMs: number): string => `${symbolId} ${startMs}`;
