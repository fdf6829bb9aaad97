import { CELL } from "./content-cells.ts";
import { PaneTable } from "./pane-table.ts";
import type { TradeColumns } from "./trade-columns.ts";
import type { DurationMs } from "./units.ts";

const { start: START, stride: STRIDE, symbol: SYMBOL } = CELL;

/** An interval's folds, and which shorter ones they are folded from: those of trades where there are none. */
interface Level {
  readonly table: PaneTable;
  readonly from: PaneTable | undefined;
}

/**
 * The fold of some records of a shard into the windows of every interval, apart from all that was folded before.
 *
 * A trade goes into the windows of the shortest interval alone; {@link cascade} then folds those into the longer ones that
 * are multiples of it:
 *
 *     trades ──fold──> 1s ──cascade──> 10s ──cascade──> 1m
 */
export class StepFold {
  readonly #levels: readonly Level[];

  constructor(intervalsMs: readonly DurationMs[]) {
    const levels: Level[] = [];
    for (const intervalMs of intervalsMs.toSorted((a, b) => a - b)) {
      const from = levels.findLast(({ table }) => intervalMs % table.intervalMs === 0)?.table;
      levels.push({ table: new PaneTable(intervalMs), from });
    }
    this.#levels = levels;
  }

  /** Forgets all that was folded. */
  clear(): void {
    for (const { table } of this.#levels) table.clear();
  }

  /** One table per interval, the shortest first; those of longer ones are as of the last {@link cascade}. */
  get tables(): readonly PaneTable[] {
    return this.#levels.map(({ table }) => table);
  }

  /** Folds the trades of one record, which were held against `watermarkMs`. */
  fold(columns: TradeColumns, watermarkMs: number): void {
    for (const { table, from } of this.#levels) if (!from) table.addTrades(columns, watermarkMs);
  }

  /** Folds the windows of shorter intervals into those of longer ones: once, when all is folded. */
  cascade(): void {
    for (const { table, from } of this.#levels) {
      if (!from) continue;
      for (let row = 0; row < from.rows.count; row++) {
        const { cells } = from.rows;
        const at = row * STRIDE;
        const startMs = Math.floor(cells[at + START]! / table.intervalMs) * table.intervalMs;
        table.rows.addRow(table.open(cells[at + SYMBOL]!, startMs), from.rows, row);
      }
    }
  }
}
