import type { Decimal } from "../decimal.ts";
import type { EpochMs } from "../units.ts";

/** A trade as it came, and a name of its own. */
export interface NamedTrade {
  /** `record:row`. The same whenever the trade is read, and no other trade's of that symbol and time. */
  readonly id: string;
  readonly symbol: string;
  readonly eventTimeMs: EpochMs;
  readonly price: Decimal;
  readonly size: Decimal;
}

/** Where raw trades go, for whoever reads them elsewhere. */
export interface TradeSink {
  /**
   * Hands over trades; of those with equal ids one stays, whichever comes last. Resolves when all are taken.
   * @throws PipelineError TAPE_STREAM_UNAVAILABLE or TAPE_STORE_UNAVAILABLE
   */
  put(trades: readonly NamedTrade[]): Promise<void>;
}
