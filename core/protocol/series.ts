import { barsOf } from "../bars.ts";
import type { Bar } from "../bar.ts";
import { windowOf, windowStart } from "../interval.ts";
import type { Pane } from "../pane.ts";
import type { DurationMs, EpochMs } from "../units.ts";

/** The bars of one interval as they were when they were last asked for. */
interface Folded {
  bars: readonly Bar[];
  /** The starts of those that changed since. */
  readonly changed: Set<number>;
}

/** The panes of one symbol and stored interval, and the bars that they fold to. Only what changed is folded again. */
export class Series {
  readonly #intervalMs: DurationMs;
  /** Per window its panes, one a shard. */
  readonly #windows = new Map<number, Pane[]>();
  readonly #folded = new Map<DurationMs, Folded>();

  constructor(intervalMs: DurationMs) {
    this.#intervalMs = intervalMs;
  }

  get panes(): readonly Pane[] {
    return [...this.#windows.values()].flat();
  }

  /** Keeps `pane`, unless it is behind the one of the same window and shard. */
  apply(pane: Pane): void {
    const { startMs } = pane;
    const panes = this.#windows.get(startMs);
    if (panes === undefined) this.#windows.set(startMs, [pane]);
    else {
      const place = panes.findIndex(({ shard }) => shard === pane.shard);
      if (place < 0) panes.push(pane);
      else if (panes[place]!.lastSequence >= pane.lastSequence) return;
      else panes[place] = pane;
    }
    for (const [intervalMs, { changed }] of this.#folded) changed.add(windowStart(startMs, intervalMs));
  }

  /** The bars in order. What did not change since the last call is the same object, unless something was forgotten. */
  bars(intervalMs: DurationMs): readonly Bar[] {
    const folded = this.#folded.get(intervalMs);
    if (folded === undefined) {
      const bars = this.#fold(this.panes, intervalMs);
      this.#folded.set(intervalMs, { bars, changed: new Set() });
      return bars;
    }
    if (folded.changed.size === 0) return folded.bars;
    const bars = [...folded.bars];
    for (const startMs of folded.changed) {
      const [bar] = this.#fold(this.#panesIn(startMs, intervalMs), intervalMs);
      const place = placeOf(bars, startMs);
      const isThere = bars[place]?.startMs === startMs;
      bars.splice(place, isThere ? 1 : 0, ...(bar === undefined ? [] : [bar]));
    }
    folded.changed.clear();
    return (folded.bars = bars);
  }

  /** Forgets the windows that start before `fromMs`, but for the newest one. */
  forgetBefore(fromMs: EpochMs): void {
    const starts = [...this.#windows.keys()];
    const newestMs = Math.max(...starts);
    const forgotten = starts.filter((startMs) => startMs < fromMs && startMs !== newestMs);
    for (const startMs of forgotten) this.#windows.delete(startMs);
    if (forgotten.length > 0) this.#folded.clear();
  }

  #panesIn(startMs: number, intervalMs: DurationMs): readonly Pane[] {
    const panes: Pane[] = [];
    for (let at = startMs; at < startMs + intervalMs; at += this.#intervalMs)
      panes.push(...(this.#windows.get(at) ?? []));
    return panes;
  }

  /** A bar of one pane has its content as it is. */
  #fold(panes: readonly Pane[], intervalMs: DurationMs): readonly Bar[] {
    const [pane] = panes;
    if (pane === undefined || panes.length > 1 || pane.intervalMs !== intervalMs) return barsOf(panes, intervalMs);
    const { symbol, content, isCorrected } = pane;
    return [{ symbol, intervalMs, ...windowOf(pane.startMs, intervalMs), content, isCorrected }];
  }
}

/** Where the bar that starts at `startMs` is, or belongs; most that change are the newest. */
const placeOf = (bars: readonly Bar[], startMs: number): number =>
  bars.findLastIndex((bar) => bar.startMs < startMs) + 1;
