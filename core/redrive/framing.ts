import { epochMs, type EpochMs } from "../units.ts";
import type { IndexedTrade } from "./indexed-trades.ts";

/** How trades that are put again are cut into frames. Fixed: what is sent again must be cut as it was the first time. */
export const REDRIVE_FRAMING = { lanes: 64, maxTrades: 1_000, maxBytes: 25_000 } as const;

/** The least event time of trades: told as their frontier, it lets them be late and moves no watermark. */
export const leastTime = (trades: readonly IndexedTrade[]): EpochMs | undefined =>
  trades.length === 0
    ? undefined
    : epochMs(trades.reduce((leastMs, { trade }) => Math.min(leastMs, trade.eventTimeMs), Number.POSITIVE_INFINITY));
