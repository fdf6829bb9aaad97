import { START, STRIDE, SYMBOL } from "./content-cells.ts";
import { ContentRows } from "./content-rows.ts";
import type { TradeColumns } from "./trade-columns.ts";
import type { DurationMs } from "./units.ts";

const FIRST_SLOTS = 128;

/** The folds of one interval's windows by (symbol id, window start): a hash table with open addressing, at most half full. */
export class PaneTable {
  readonly intervalMs: DurationMs;
  readonly rows = new ContentRows();
  /** Rows plus one, 0 where there is none. */
  #slots = new Int32Array(FIRST_SLOTS);
  /** By symbol id the row that trades were last added to, plus one: mostly the one that more are added to. */
  #latest = new Int32Array(FIRST_SLOTS);

  constructor(intervalMs: DurationMs) {
    this.intervalMs = intervalMs;
  }

  /** The row of a window, -1 when there is none. */
  find(symbolId: number, startMs: number): number {
    return this.#slots[this.#slotOf(symbolId, startMs)]! - 1;
  }

  /** The row of a window, begun empty when there was none. */
  open(symbolId: number, startMs: number): number {
    const slot = this.#slotOf(symbolId, startMs);
    const known = this.#slots[slot]! - 1;
    if (known >= 0) return known;
    const row = this.rows.open(symbolId, startMs);
    this.#slots[slot] = row + 1;
    if (this.rows.count * 2 > this.#slots.length) this.#grow();
    return row;
  }

  /** Adds trades of one symbol to the window of the first of them; see {@link ContentRows.addTrades}. */
  addTrades(
    symbolId: number,
    columns: TradeColumns,
    run: number,
    from: number,
    to: number,
    watermarkMs: number,
  ): number {
    const row = this.#openAt(symbolId, columns.eventTimeMs[from]!);
    const endMs = this.rows.cells[row * STRIDE + START]! + this.intervalMs;
    return this.rows.addTrades(row, columns, run, from, to, endMs, watermarkMs);
  }

  /** The row of the window that holds a time, begun empty when there was none. */
  #openAt(symbolId: number, timeMs: number): number {
    if (symbolId >= this.#latest.length) {
      const latest = new Int32Array(symbolId * 2);
      latest.set(this.#latest);
      this.#latest = latest;
    }
    const latest = this.#latest[symbolId]! - 1;
    if (latest >= 0) {
      const startMs = this.rows.cells[latest * STRIDE + START]!;
      if (timeMs >= startMs && timeMs < startMs + this.intervalMs) return latest;
    }
    const row = this.open(symbolId, Math.floor(timeMs / this.intervalMs) * this.intervalMs);
    this.#latest[symbolId] = row + 1;
    return row;
  }

  /** Where the row stands, or would. */
  #slotOf(symbolId: number, startMs: number): number {
    const slots = this.#slots;
    const { cells } = this.rows;
    const mask = slots.length - 1;
    const hash = Math.imul(symbolId, 0x9e3779b1) ^ Math.imul((startMs / this.intervalMs) | 0, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const at = (slots[slot]! - 1) * STRIDE;
      if (at < 0 || (cells[at + SYMBOL] === symbolId && cells[at + START] === startMs)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const { cells, count } = this.rows;
    for (let row = 0; row < count; row++) {
      const at = row * STRIDE;
      this.#slots[this.#slotOf(cells[at + SYMBOL]!, cells[at + START]!)] = row + 1;
    }
  }
}
