import { CELL } from "./content-cells.ts";
import type { ContentRows } from "./content-rows.ts";
import { CHUNK } from "./in-chunks.ts";
import { ROW, type PaneBlockReader } from "./pane-block.ts";
import { PaneTable } from "./pane-table.ts";
import type { DurationMs } from "./units.ts";

const { start: START, stride: STRIDE, watermark: WATERMARK } = CELL;

/** What is known of a held pane beside its content: bits of a byte; those that a block has too are as it has them. */
export const HELD = { touchedInStep: 1, corrected: ROW.corrected, touchedInLife: ROW.touched } as const;

const { corrected: CORRECTED, touchedInLife: TOUCHED_IN_LIFE, touchedInStep: TOUCHED_IN_STEP } = HELD;
const FIRST_ROWS = 64;

/** The panes of one interval. Of row `r` of the table, {@link flags}, {@link positions} and {@link symbolIds} tell the rest. */
export class HeldLevel {
  readonly table: PaneTable;
  /** Bits of {@link HELD}. */
  flags = new Uint8Array(FIRST_ROWS);
  /** Where the stored row it began with stands among the life's positions; 0 without one. */
  positions = new Int32Array(FIRST_ROWS);
  /** As the cells have them, but close together. */
  symbolIds = new Int32Array(FIRST_ROWS);

  constructor(intervalMs: DurationMs) {
    this.table = new PaneTable(intervalMs);
  }

  clear(): void {
    const { count } = this.table.rows;
    this.flags.fill(0, 0, count);
    this.positions.fill(0, 0, count);
    this.table.clear();
  }

  /** Begins another step. */
  untouch(): void {
    const { flags, table } = this;
    for (let row = 0; row < table.rows.count; row++) flags[row]! &= ~TOUCHED_IN_STEP;
  }

  /** The row of a window, begun empty where there was none. */
  open(symbolId: number, startMs: number): number {
    const row = this.table.open(symbolId, startMs);
    if (row >= this.flags.length) this.#grow();
    this.symbolIds[row] = symbolId;
    return row;
  }

  /** Adds a row of a step to one of these: a correction where the watermark that its trades met had passed the window. */
  merge(row: number, theirs: ContentRows, their: number): void {
    const { rows, intervalMs } = this.table;
    rows.addRow(row, theirs, their);
    const endMs = rows.cells[row * STRIDE + START]! + intervalMs;
    if (endMs <= theirs.cells[their * STRIDE + WATERMARK]!) this.flags[row]! |= CORRECTED;
  }

  #grow(): void {
    const { flags, positions, symbolIds } = this;
    this.flags = new Uint8Array(flags.length * 2);
    this.flags.set(flags);
    this.positions = new Int32Array(flags.length * 2);
    this.positions.set(positions);
    this.symbolIds = new Int32Array(flags.length * 2);
    this.symbolIds.set(symbolIds);
  }
}

/**
 * Reads some rows of a block into the levels of its intervals; false after the last one.
 * @throws RangeError when a pane comes twice, or the bytes are none.
 */
export const readRows = (block: PaneBlockReader, levels: readonly HeldLevel[]): boolean => {
  for (let i = 0; i < CHUNK; i++) {
    if (!block.next()) return false;
    const level = levels[block.interval]!;
    const { rows } = level.table;
    const held = rows.count;
    const row = level.open(block.symbolId, block.startMs);
    if (rows.count === held) throw new RangeError("a pane must be held once");
    level.flags[row] = (block.isTouched ? TOUCHED_IN_LIFE : 0) | (block.isCorrected ? CORRECTED : 0);
    level.positions[row] = block.position;
    block.readContent(rows, row);
  }
  return true;
};
