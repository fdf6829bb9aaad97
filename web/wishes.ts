import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import type { Wish } from "./wish.ts";

/** The watchlist tells of so much time, and draws it with at least so many points. */
const WATCHED_MS = 1_800_000;
const WATCHED_POINTS = 30;
/** A chart begins with so many bars, and has more when the reader scrolls back. */
export const CHART_BARS = { first: 300, most: CLIENT_LIMITS.bars } as const;
/** A chart of a long interval asks for fewer bars, as each is folded from so much: this long for each of the others. */
const SPAN_MS_PER_BAR = (2 * 86_400_000) / CHART_BARS.first;
/** A window on the chart holds at least so many points of the price line, where an interval is short enough. */
const FINENESS = 5;

/** What is wished for of each symbol in the watchlist: the least that draws a line of the last half hour. */
export const watchedSpan = (offeredMs: readonly DurationMs[]): Omit<Wish, "symbols"> => {
  const intervalMs = offeredMs.findLast((each) => each * WATCHED_POINTS <= WATCHED_MS) ?? offeredMs[0]!;
  const bars = Math.max(WATCHED_POINTS, Math.floor(WATCHED_MS / intervalMs));
  return { intervalMs, bars: Math.min(CLIENT_LIMITS.bars, bars) };
};

/** What the two charts of a symbol show: its bars, and the finer ones behind the line of the price itself. */
export interface ChartWishes {
  readonly bars: Wish;
  /** The same as `bars` where no interval is much finer. */
  readonly fine: Wish;
}

/** `offeredMs` are in order and hold `intervalMs`; `most` is how many bars a short interval has. */
export const chartWishes = (
  symbol: string,
  intervalMs: DurationMs,
  offeredMs: readonly DurationMs[],
  most: number = CHART_BARS.first,
): ChartWishes => {
  const symbols = [symbol];
  const count = Math.max(2, Math.min(most, Math.floor((SPAN_MS_PER_BAR * most) / intervalMs)));
  const bars = { symbols, intervalMs, bars: count };
  const divisors = offeredMs.filter((each) => intervalMs % each === 0);
  const fineMs = divisors.findLast((each) => each * FINENESS <= intervalMs) ?? divisors[0] ?? intervalMs;
  if (fineMs === intervalMs) return { bars, fine: bars };
  const fineCount = Math.min(CLIENT_LIMITS.bars, Math.ceil((count * intervalMs) / fineMs));
  return { bars, fine: { symbols, intervalMs: durationMs(fineMs), bars: fineCount } };
};
