import type { Decimal, WideDecimal } from "./decimal.ts";
import type { DurationMs, EpochMs, SequenceNumber } from "./units.ts";

/** A trade as open and close remember it, ordered by (eventTimeMs, sequence, price, size). Decimals in least scale. */
export interface Print {
  readonly eventTimeMs: EpochMs;
  readonly sequence: number;
  readonly price: Decimal;
  readonly size: Decimal;
}

/** What trades of one symbol in one window add up to. Every decimal is in its least scale, so equal contents are identical. */
export interface BarContent {
  readonly tradeCount: number;
  readonly open: Print;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Print;
  readonly volume: WideDecimal;
  /** Sum of prices: the mean is `priceSum / tradeCount`. */
  readonly priceSum: WideDecimal;
  /** Sum of price × size: VWAP is `notional / volume`. */
  readonly notional: WideDecimal;
}

export interface PaneKey {
  readonly symbol: string;
  readonly intervalMs: DurationMs;
  /** Start of the window `[startMs, startMs + intervalMs)`. */
  readonly startMs: EpochMs;
  readonly shard: string;
}

/** One shard's share of one bar: the fold of that shard's records up to `lastSequence`, inclusive. */
export interface Pane extends PaneKey {
  readonly lastSequence: SequenceNumber;
  readonly content: BarContent;
  /** Whether a trade of it came after the shard's watermark had passed the window's end: it had been said to be final. */
  readonly isCorrected: boolean;
}

/** One text per pane key, for maps. */
export const paneKeyText = ({ symbol, intervalMs, startMs, shard }: PaneKey): string =>
  `${intervalMs}|${startMs}|${shard}|${symbol}`;
