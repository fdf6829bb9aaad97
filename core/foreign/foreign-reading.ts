import type { Fault, RejectionReason } from "../trade.ts";

/** What a record that is no frame holds. It names no producer. */
export interface ForeignReading {
  readonly producer: undefined;
  readonly number: 0;
  readonly frontierMs: undefined;
  readonly ingestTimeMs: undefined;
  /** Trades written into the columns: all but the faults. */
  readonly tradeCount: number;
  /** Values that are no possible trades, the first 100 by index, which counts from 0; the record is -1. */
  readonly faults: readonly Fault[];
  /** How many they are in all. */
  readonly faultCount: number;
}

/** A reading of trades, and of faults that were counted. */
export const foreignReading = (
  tradeCount: number,
  { faults, count }: { readonly faults: readonly Fault[]; readonly count: number },
): ForeignReading => ({
  producer: undefined,
  number: 0,
  frontierMs: undefined,
  ingestTimeMs: undefined,
  tradeCount,
  faults,
  faultCount: count,
});

/** The reading of a record that is set aside as a whole. */
export const rejectedWhole = (reason: RejectionReason): ForeignReading =>
  foreignReading(0, { faults: [{ index: -1, reason }], count: 1 });

/** The reading of the commonest record. */
export const ONE_TRADE: ForeignReading = foreignReading(1, { faults: [], count: 0 });
