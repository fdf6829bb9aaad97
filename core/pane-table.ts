import { START, STRIDE, SYMBOL } from "./content-cells.ts";
import { ContentRows } from "./content-rows.ts";
import type { DurationMs } from "./units.ts";

const FIRST_SLOTS = 128;

/** The folds of one interval's windows by (symbol id, window start): a hash table with open addressing, at most half full. */
export class PaneTable {
  readonly intervalMs: DurationMs;
  readonly rows = new ContentRows();
  /** Rows plus one, 0 where there is none. */
  #slots = new Int32Array(FIRST_SLOTS);

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
