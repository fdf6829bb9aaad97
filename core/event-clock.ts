import type { TradeColumns } from "./trade-columns.ts";
import { epochMs, type DurationMs, type EpochMs } from "./units.ts";

/** What a clock needs to know of the rules. */
export interface EventClockRules {
  /** The stored intervals. */
  readonly intervalsMs: readonly DurationMs[];
  readonly maxOutOfOrdernessMs: DurationMs;
}

/** What the rows of one record were to the clock. */
export interface ClockReading {
  /** What they are held against, negative infinity before there is any. */
  readonly watermarkMs: number;
  /** The greatest of their event times, negative infinity without rows. */
  readonly newestMs: number;
  /** How many are behind the watermark. */
  readonly lateTrades: number;
  /** How many are behind it by so much that it has passed the end of a bar of theirs. */
  readonly correctingTrades: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** How far a shard is in event time: a function of the shard's records so far. */
export class EventClock {
  readonly #rules: EventClockRules;
  #newestMs: number;
  #frontierMs: number;

  /** Goes on from what an earlier one had reached. */
  constructor(
    rules: EventClockRules,
    reached: { readonly newestEventTimeMs: EpochMs | undefined; readonly frontierMs: EpochMs | undefined },
  ) {
    this.#rules = rules;
    this.#newestMs = reached.newestEventTimeMs ?? NEVER;
    this.#frontierMs = reached.frontierMs ?? NEVER;
  }

  /** The greatest event time, undefined before the first trade. */
  get newestEventTimeMs(): EpochMs | undefined {
    return timeOf(this.#newestMs);
  }

  /** The event time reached, undefined before the first trade; the watermark is this less the allowed disorder. */
  get frontierMs(): EpochMs | undefined {
    return timeOf(this.#frontierMs);
  }

  /**
   * Takes in the rows of one record. The frontier moves to where the producer says it was before these
   * rows; without a word from it, to the newest of them afterwards.
   */
  pass(columns: TradeColumns, toldMs: EpochMs | undefined): ClockReading {
    this.#frontierMs = Math.max(this.#frontierMs, toldMs ?? NEVER);
    const watermarkMs = this.#frontierMs - this.#rules.maxOutOfOrdernessMs;
    let newestMs = NEVER;
    let [lateTrades, correctingTrades] = [0, 0];
    for (let row = 0; row < columns.count; row++) {
      const time = columns.eventTimeMs[row]!;
      if (time > newestMs) newestMs = time;
      if (time >= watermarkMs) continue;
      lateTrades++;
      if (this.#rules.intervalsMs.some((intervalMs) => endOf(time, intervalMs) <= watermarkMs)) correctingTrades++;
    }
    this.#newestMs = Math.max(this.#newestMs, newestMs);
    if (toldMs === undefined) this.#frontierMs = Math.max(this.#frontierMs, newestMs);
    return { watermarkMs, newestMs, lateTrades, correctingTrades };
  }
}

const endOf = (timeMs: number, intervalMs: DurationMs): number => (Math.floor(timeMs / intervalMs) + 1) * intervalMs;

const timeOf = (timeMs: number): EpochMs | undefined => (timeMs === NEVER ? undefined : epochMs(timeMs));
