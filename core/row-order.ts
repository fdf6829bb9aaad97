import type { HeldLevel } from "./held-level.ts";

/** Rows of several levels in the order in which they are written: symbol by symbol, the shortest interval first. */
export class RowOrder {
  /** In use. */
  count = 0;
  /** The row at each place, and which level it is of. */
  rows = new Int32Array(0);
  levels = new Uint8Array(0);

  /** Takes the rows that have all bits of `mask` among their flags, those of a symbol and level as they stand: a counting sort. */
  sort(levels: readonly HeldLevel[], symbolCount: number, mask: number): void {
    const ends = new Int32Array(symbolCount + 1);
    for (const level of levels) countSymbols(level, mask, ends);
    for (let id = 1; id <= symbolCount; id++) ends[id]! += ends[id - 1]!;
    this.count = ends[symbolCount]!;
    if (this.rows.length < this.count) {
      this.rows = new Int32Array(this.count * 2);
      this.levels = new Uint8Array(this.count * 2);
    }
    for (let level = 0; level < levels.length; level++) this.#place(levels[level]!, level, mask, ends);
  }

  #place({ table, flags, symbolIds }: HeldLevel, level: number, mask: number, ends: Int32Array): void {
    const { count } = table.rows;
    const { rows, levels } = this;
    for (let row = 0; row < count; row++) {
      if ((flags[row]! & mask) !== mask) continue;
      const place = ends[symbolIds[row]!]!++;
      rows[place] = row;
      levels[place] = level;
    }
  }
}

/** Counts the rows of each symbol, where the next one's begin. */
const countSymbols = ({ table, flags, symbolIds }: HeldLevel, mask: number, counts: Int32Array): void => {
  const { count } = table.rows;
  for (let row = 0; row < count; row++) if ((flags[row]! & mask) === mask) counts[symbolIds[row]! + 1]!++;
};
