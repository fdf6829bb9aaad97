import { BAR_COLUMNS, barRow } from "#core/bar-row.ts";
import type { Bar } from "#core/bar.ts";
import { barsOf } from "#core/bars.ts";
import { storedIntervalFor, windowStart } from "#core/interval.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import { slidingBarsOf } from "#core/sliding-bars.ts";
import { epochMs, type DurationMs, type EpochMs } from "#core/units.ts";

export interface BarsWanted {
  readonly symbol: string;
  /** Stored, or a multiple of a stored one. */
  readonly intervalMs: DurationMs;
  /** Of sliding windows, which are `intervalMs` long: how far one is from the next; then this is what must be a multiple. */
  readonly stepMs?: DurationMs | undefined;
  /** Inclusive; bars that start before it and end after it are not cut, but left out. */
  readonly fromMs: EpochMs;
  /** Exclusive, of bar starts. */
  readonly toMs: EpochMs;
}

/** The bars whose starts lie in `[fromMs, toMs)`, each whole, in order. */
export const readBars = async (
  panes: PaneStore,
  storedMs: readonly DurationMs[],
  { symbol, intervalMs, stepMs = intervalMs, fromMs, toMs }: BarsWanted,
): Promise<readonly Bar[]> => {
  const stored = storedIntervalFor(stepMs, storedMs);
  if (stored === undefined) throw new RangeError(`an interval must be a multiple of a stored one, was ${stepMs} ms`);
  const startMs = windowStart(epochMs(fromMs + stepMs - 1), stepMs);
  const endMs = epochMs(windowStart(epochMs(toMs - 1), stepMs) + intervalMs);
  const found = await panes.range({ symbol, intervalMs: stored, startMs, endMs });
  if (stepMs === intervalMs) return barsOf(found, intervalMs);
  const bars = slidingBarsOf(found, { lengthMs: intervalMs, stepMs });
  return bars.filter((bar) => bar.startMs >= startMs && bar.startMs < toMs);
};

/**
 * The spans in which all bars of the trades of these UTC days start, in order and apart: a file may hold a trade of long
 * ago, and all that lies between is not looked through.
 */
export const spansOf = (
  daysMs: readonly EpochMs[],
  intervalMs: DurationMs,
  stepMs: DurationMs = intervalMs,
): readonly Pick<BarsWanted, "fromMs" | "toMs">[] => {
  const spans: { fromMs: EpochMs; toMs: EpochMs }[] = [];
  for (const dayMs of daysMs.toSorted((a, b) => a - b)) {
    const fromMs = epochMs(windowStart(dayMs, stepMs) + stepMs - intervalMs);
    const toMs = epochMs(windowStart(epochMs(dayMs + DAY_MS - 1), stepMs) + stepMs);
    const last = spans.at(-1);
    if (last === undefined || last.toMs < fromMs) spans.push({ fromMs, toMs });
    else last.toMs = toMs;
  }
  return spans;
};

const DAY_MS = 86_400_000;

/** Bars as JSON: an array with one object a line, its keys the columns; prices, sizes and averages are decimal text. */
export const jsonOf = (bars: readonly Bar[]): string => {
  const objects = bars.map((bar) => {
    const row = barRow(bar);
    return JSON.stringify(Object.fromEntries(BAR_COLUMNS.map((name, index) => [name, row[index]])));
  });
  return objects.length === 0 ? "[]\n" : `[\n${objects.join(",\n")}\n]\n`;
};
