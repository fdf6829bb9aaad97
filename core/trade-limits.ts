import { epochMs, type EpochMs } from "./units.ts";

/** What a reader of records holds each trade against. */
export interface TradeLimits {
  /** A trade stamped later than this is refused as `future`. */
  readonly latestEventTimeMs: EpochMs;
  /** So many faults are named, the first by index; the others are counted. @default MAX_FAULTS */
  readonly maxFaults?: number;
}

/**
 * Event times lie closer than this to 1970, about 142,000 years, so that the difference of two is a safe integer and the
 * start of the window around each is one too.
 */
export const EVENT_TIME_RANGE_MS = 2 ** 52;

/**
 * When a record came, as a stream says it, or the nearest time that can be: where producers stamp their records themselves one
 * may write nanoseconds, and no stamp may stop a shard.
 */
export const arrivalTimeOf = (timeMs: number): EpochMs =>
  epochMs(Math.min(Math.max(timeMs, -EVENT_TIME_RANGE_MS), EVENT_TIME_RANGE_MS));
