import type { Random } from "#core/random.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";

/** A trade, and when by its source's time it is sent. */
export interface DelayedTrade {
  readonly trade: Trade;
  readonly sentMs: number;
  readonly isDatedBack: boolean;
}

const HOUR_MS = 3_600_000;
/** A delay of up to `longestMs` for each trade whose lot falls below `upTo`; the others are held back for any time. */
const DELAYS = [
  { upTo: 0.85, longestMs: 0 },
  { upTo: 0.96, longestMs: 5_000 },
  { upTo: 0.99, longestMs: 300_000 },
] as const;
/** So many trades are dated back, by up to so many hours: a source that tells of them late. */
const DATED_BACK = 0.005;
const MOST_HOURS_BACK = 3;

/**
 * The trades in the order in which they are sent: some a little late, some held back for any part of the source's whole
 * span, and some told of hours late.
 */
export const delayed = (source: readonly Trade[], random: Random): readonly DelayedTrade[] => {
  const timesMs = source.map(({ eventTimeMs }) => eventTimeMs);
  const spanMs = timesMs.reduce((a, b) => Math.max(a, b), 0) - timesMs.reduce((a, b) => Math.min(a, b), Infinity);
  return source
    .map((trade) => {
      const lot = random();
      const longestMs = DELAYS.find(({ upTo }) => lot < upTo)?.longestMs ?? spanMs;
      const sentMs = trade.eventTimeMs + Math.floor(random() * longestMs);
      if (random() >= DATED_BACK) return { trade, sentMs, isDatedBack: false };
      const backMs = Math.floor(random() * MOST_HOURS_BACK * HOUR_MS);
      return { trade: { ...trade, eventTimeMs: epochMs(trade.eventTimeMs - backMs) }, sentMs, isDatedBack: true };
    })
    .toSorted((a, b) => a.sentMs - b.sentMs);
};
