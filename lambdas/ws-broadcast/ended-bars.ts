import type { Pane } from "#core/pane.ts";
import { durationMs, type EpochMs } from "#core/units.ts";

/** Bars that ended longer ago are history, which a replay brings or an outage left behind, and say nothing of the pipeline. */
export const HISTORY_MS = durationMs(3_600_000);

/** So many bars are remembered; beyond, all are forgotten, and each may be measured once more. */
const REMEMBERED = 100_000;

/** Measures how long after their ends bars are first sent. */
export interface EndedBars {
  /**
   * How long ago the bars ended of which `told` were sent as the first after their ends: those beyond whose end their shard
   * is by the trades of its panes in `batch`, so that all of the bar that came in time is in it. Corrected ones are left out.
   *
   *     last trades of the bar    the bar's end    the first trade beyond     sent: measured     sent again: not
   *     --------+-----------------------+-----------------+-----------------------+-------------------+--->
   */
  measure(told: readonly Pane[], batch: readonly Pane[], nowMs: EpochMs): readonly number[];
}

/** What one process remembers; another process of the same function may measure a bar again. */
export const createEndedBars = (): EndedBars => {
  /** By symbol and interval, the end of the last bar measured. */
  const measured = new Map<string, number>();
  return {
    measure: (told, batch, nowMs) => {
      const newestMs = newestByShard(batch);
      const agesMs: number[] = [];
      for (const { symbol, intervalMs, startMs, shard, isCorrected } of told) {
        const endMs = startMs + intervalMs;
        const ageMs = nowMs - endMs;
        if (isCorrected || ageMs < 0 || ageMs > HISTORY_MS || (newestMs.get(shard) ?? 0) < endMs) continue;
        const key = `${intervalMs}|${symbol}`;
        if ((measured.get(key) ?? 0) >= endMs) continue;
        if (measured.size >= REMEMBERED) measured.clear();
        measured.set(key, endMs);
        agesMs.push(ageMs);
      }
      return agesMs;
    },
  };
};

const newestByShard = (panes: readonly Pane[]): ReadonlyMap<string, number> => {
  const newest = new Map<string, number>();
  for (const { shard, content } of panes)
    newest.set(shard, Math.max(newest.get(shard) ?? 0, content.close.eventTimeMs));
  return newest;
};
