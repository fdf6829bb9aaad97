import type { TradeColumns } from "./trade-columns.ts";
import { epochMs, type DurationMs, type EpochMs } from "./units.ts";

const NEVER = Number.NEGATIVE_INFINITY;

/** How far a shard is in event time: a function of the shard's records so far. */
export class EventClock {
  readonly #maxOutOfOrdernessMs: DurationMs;
  #newestMs: number;
  #frontierMs: number;

  /** Goes on from what an earlier one had reached. */
  constructor(
    maxOutOfOrdernessMs: DurationMs,
    reached: { readonly newestEventTimeMs: EpochMs | undefined; readonly frontierMs: EpochMs | undefined },
  ) {
    this.#maxOutOfOrdernessMs = maxOutOfOrdernessMs;
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
   * rows; without a word from it, to the newest of them afterwards. Returns the watermark that the rows are held against,
   * negative infinity before there is one, and how many are behind it.
   */
  pass(
    columns: TradeColumns,
    toldMs: EpochMs | undefined,
  ): { readonly watermarkMs: number; readonly lateTrades: number } {
    this.#frontierMs = Math.max(this.#frontierMs, toldMs ?? NEVER);
    const watermarkMs = this.#frontierMs - this.#maxOutOfOrdernessMs;
    let newestMs = NEVER;
    let lateTrades = 0;
    for (let row = 0; row < columns.count; row++) {
      const time = columns.eventTimeMs[row]!;
      if (time > newestMs) newestMs = time;
      if (time < watermarkMs) lateTrades++;
    }
    this.#newestMs = Math.max(this.#newestMs, newestMs);
    if (toldMs === undefined) this.#frontierMs = Math.max(this.#frontierMs, newestMs);
    return { watermarkMs, lateTrades };
  }
}

const timeOf = (timeMs: number): EpochMs | undefined => (timeMs === NEVER ? undefined : epochMs(timeMs));
