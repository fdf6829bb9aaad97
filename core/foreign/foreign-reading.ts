import type { Fault } from "../trade.ts";

/** What a record that is no frame holds. */
export interface ForeignReading {
  /** Trades written into the columns: all but the faults. */
  readonly tradeCount: number;
  /** Values that are no possible trades, the first 100 by index, which counts from 0; the record is -1. */
  readonly faults: readonly Fault[];
  /** How many they are in all. */
  readonly faultCount: number;
}
