import type { Bar } from "../bar.ts";
import { storedIntervalFor, windowStart } from "../interval.ts";
import type { Pane } from "../pane.ts";
import { epochMs, type DurationMs, type EpochMs } from "../units.ts";
import { Series } from "./series.ts";

/** The last `bars` bars of some symbols. */
export interface Stretch {
  readonly symbols: readonly string[];
  readonly intervalMs: DurationMs;
  readonly bars: number;
}

/** A server that is asked again may have seen a little less, and tell of bars that begin a little earlier. */
const SPARE_SHARE = 0.1;
const SPARE_BARS = 2;

/**
 * What a receiver of panes keeps: per bar and shard the pane of the greatest `lastSequence`. The order and repetition of
 * what it is told do not matter, and a loss is made good by any later pane of the same key.
 */
export class Register {
  /** By symbol, then interval. */
  readonly #series = new Map<string, Map<DurationMs, Series>>();
  #newestMs = epochMs(0);

  /** The time of the newest trade of any symbol, 0 before the first. */
  get newestMs(): EpochMs {
    return this.#newestMs;
  }

  /** Takes in `panes`. */
  apply(panes: readonly Pane[]): void {
    for (const pane of panes) {
      this.#seriesOf(pane).apply(pane);
      const { eventTimeMs } = pane.content.close;
      if (eventTimeMs > this.#newestMs) this.#newestMs = eventTimeMs;
    }
  }

  /** The panes kept, each key once. */
  panes(): readonly Pane[] {
    return [...this.#series.values()].flatMap((intervals) => [...intervals.values()]).flatMap(({ panes }) => panes);
  }

  /** The panes of `symbols` that bars of `intervalMs` are folded from, of windows that start at `fromMs` or later. */
  panesFor(symbols: readonly string[], intervalMs: DurationMs, fromMs: EpochMs): readonly Pane[] {
    return symbols
      .flatMap((symbol) => this.#seriesFor(symbol, intervalMs)?.panes ?? [])
      .filter(({ startMs }) => startMs >= fromMs);
  }

  /**
   * The bars of one symbol, ordered by startMs, folded from the longest interval kept that divides `intervalMs`.
   * Empty when none is kept. What did not change since the last call is the same object.
   */
  bars(symbol: string, intervalMs: DurationMs): readonly Bar[] {
    return this.#seriesFor(symbol, intervalMs)?.bars(intervalMs) ?? [];
  }

  /**
   * Forgets what none of `stretches` needs, so that what is kept does not grow with time. Each ends at the newest trade of
   * any symbol; the newest pane of a symbol that is wanted stays, however old it is.
   */
  keep(stretches: readonly Stretch[]): void {
    const bySymbol = Map.groupBy(
      stretches.flatMap((stretch) => stretch.symbols.map((symbol) => ({ symbol, stretch }))),
      ({ symbol }) => symbol,
    );
    for (const [symbol, intervals] of this.#series) {
      const wanted = bySymbol.get(symbol) ?? [];
      const storedMs = [...intervals.keys()];
      for (const [intervalMs, series] of intervals) {
        const starts = wanted
          .filter(({ stretch }) => storedIntervalFor(stretch.intervalMs, storedMs) === intervalMs)
          .map(({ stretch }) => startOf(stretch, this.#newestMs));
        if (starts.length === 0) intervals.delete(intervalMs);
        else series.forgetBefore(epochMs(Math.min(...starts)));
      }
      if (intervals.size === 0) this.#series.delete(symbol);
    }
  }

  #seriesFor(symbol: string, intervalMs: DurationMs): Series | undefined {
    const intervals = this.#series.get(symbol);
    const from = intervals && storedIntervalFor(intervalMs, [...intervals.keys()]);
    return from === undefined ? undefined : intervals?.get(from);
  }

  #seriesOf({ symbol, intervalMs }: Pane): Series {
    const intervals = entry(this.#series, symbol, () => new Map<DurationMs, Series>());
    return entry(intervals, intervalMs, () => new Series(intervalMs));
  }
}

const startOf = ({ intervalMs, bars }: Stretch, newestMs: EpochMs): number =>
  windowStart(newestMs, intervalMs) - (Math.ceil(bars * (1 + SPARE_SHARE)) + SPARE_BARS) * intervalMs;

const entry = <K, V>(map: Map<K, V>, key: K, create: () => V): V => {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
};
