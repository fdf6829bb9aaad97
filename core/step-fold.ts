import { PaneTable } from "./pane-table.ts";
import type { TradeColumns } from "./trade-columns.ts";
import type { DurationMs } from "./units.ts";

/**
 * The fold of some records of a shard, apart from all that was folded before.
 *
 * A trade goes into the windows of the shortest interval alone; those of a longer one that is a multiple of it are made of
 * these, when they are added to the panes held:
 *
 *     trades ──fold──> 10s ──HeldPanes.add──> 10s
 *                       ├───────────────────> 1m
 *                       └───────────────────> 5m
 */
export class StepFold {
  /** For each interval, the shortest first, the windows that its own are made of; of those that are multiples the same. */
  readonly sources: readonly PaneTable[];
  /** Each once. */
  readonly #tables: readonly PaneTable[];

  constructor(intervalsMs: readonly DurationMs[]) {
    const sources: { readonly intervalMs: DurationMs; readonly table: PaneTable }[] = [];
    for (const intervalMs of intervalsMs.toSorted((a, b) => a - b)) {
      const table = sources.findLast((shorter) => intervalMs % shorter.intervalMs === 0)?.table;
      sources.push({ intervalMs, table: table ?? new PaneTable(intervalMs) });
    }
    this.sources = sources.map(({ table }) => table);
    this.#tables = [...new Set(this.sources)];
  }

  /** Forgets all that was folded. */
  clear(): void {
    for (const table of this.#tables) table.clear();
  }

  /** Folds the trades of one record, which were held against `watermarkMs`. */
  fold(columns: TradeColumns, watermarkMs: number): void {
    for (const table of this.#tables) table.addTrades(columns, watermarkMs);
  }
}
