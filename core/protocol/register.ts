import { barsOf } from "../bars.ts";
import type { Bar } from "../bar.ts";
import { storedIntervalFor } from "../interval.ts";
import type { Pane, PaneKey } from "../pane.ts";
import type { DurationMs, EpochMs } from "../units.ts";

/** Which bar of a stored interval. */
export type BarKey = Omit<PaneKey, "shard">;

/**
 * What a receiver of panes keeps: per bar and shard the pane of the greatest `lastSequence`. The order and repetition of
 * what it is told do not matter, and a loss is made good by any later pane of the same key.
 */
export class Register {
  /** By symbol, then interval, then window and shard. */
  readonly #panes = new Map<string, Map<DurationMs, Map<string, Pane>>>();

  /** Takes in `panes`, and returns the bars that changed, each once. */
  apply(panes: readonly Pane[]): readonly BarKey[] {
    const changed = new Map<string, BarKey>();
    for (const pane of panes) {
      const { symbol, intervalMs, startMs } = pane;
      const series = this.#series(symbol, intervalMs);
      const key = `${startMs}|${pane.shard}`;
      const kept = series.get(key);
      if (kept !== undefined && kept.lastSequence >= pane.lastSequence) continue;
      series.set(key, pane);
      changed.set(`${intervalMs}|${startMs}|${symbol}`, { symbol, intervalMs, startMs });
    }
    return [...changed.values()];
  }

  /** The panes kept, each key once. */
  panes(): readonly Pane[] {
    return [...this.#panes.values()]
      .flatMap((intervals) => [...intervals.values()])
      .flatMap((series) => [...series.values()]);
  }

  /** The panes of `symbols` that bars of `intervalMs` are folded from, of windows that start at `fromMs` or later. */
  panesFor(symbols: readonly string[], intervalMs: DurationMs, fromMs: EpochMs): readonly Pane[] {
    return symbols.flatMap((symbol) => this.#seriesFor(symbol, intervalMs)).filter(({ startMs }) => startMs >= fromMs);
  }

  /**
   * The bars of one symbol, ordered by startMs, folded from the longest interval kept that divides `intervalMs`.
   * Empty when none is kept.
   */
  bars(symbol: string, intervalMs: DurationMs): readonly Bar[] {
    return barsOf(this.#seriesFor(symbol, intervalMs), intervalMs);
  }

  #seriesFor(symbol: string, intervalMs: DurationMs): readonly Pane[] {
    const intervals = this.#panes.get(symbol);
    const from = intervals && storedIntervalFor(intervalMs, [...intervals.keys()]);
    return from === undefined ? [] : [...(intervals?.get(from)?.values() ?? [])];
  }

  #series(symbol: string, intervalMs: DurationMs): Map<string, Pane> {
    const intervals = entry(this.#panes, symbol, () => new Map<DurationMs, Map<string, Pane>>());
    return entry(intervals, intervalMs, () => new Map<string, Pane>());
  }
}

const entry = <K, V>(map: Map<K, V>, key: K, create: () => V): V => {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
};
