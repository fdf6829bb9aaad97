import type { Decimal } from "./decimal.ts";
import type { EpochMs, SequenceNumber } from "./units.ts";

/** A price × size that happened. Two equal trades are two trades. */
export interface Trade {
  /** 1 to 32 printable ASCII characters, see {@link isSymbol}. */
  readonly symbol: string;
  readonly price: Decimal;
  readonly size: Decimal;
  /** The venue's stamp. */
  readonly eventTimeMs: EpochMs;
  /** The feed's own number, the row number in a file, or the fetcher's count: a non-negative safe integer. */
  readonly sequence: number;
  readonly venue?: string | undefined;
  readonly currency?: string | undefined;
  readonly conditions?: string | undefined;
  readonly source?: string | undefined;
}

/** Whether `text` can name an instrument: 1 to 32 printable ASCII characters, with no space at either end. */
export const isSymbol = (text: string): boolean => /^[!-~](?:[ -~]{0,30}[!-~])?$/.test(text);

/** Why something is set aside as no trade. Codes are API. */
export const REJECTION_REASONS = [
  "future",
  "malformed-aggregate",
  "malformed-frame",
  "malformed-json",
  "not-a-decimal",
  "not-positive",
  "too-large",
  "too-many-decimals",
  "unknown-shape",
  "unsupported-version",
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** What is no trade in a record. */
export interface Fault {
  /** Which trade or line of the record, from 0; the record as a whole is -1. */
  readonly index: number;
  readonly reason: RejectionReason;
}

/** So many faults of a record are named; the others are counted. */
export const MAX_FAULTS = 100;

/** A record in which something can be no trade, with its origin. Its identity is (stream, shard, sequenceNumber). */
export interface Rejected {
  readonly stream: string;
  readonly shard: string;
  readonly sequenceNumber: SequenceNumber;
  readonly arrivalTimeMs: EpochMs;
  /** How many trades of the record were rejected, the record as a whole being one. */
  readonly count: number;
  /** The first {@link MAX_FAULTS} of them, by index. */
  readonly faults: readonly Fault[];
  /** The whole record, as it came. */
  readonly bytes: Uint8Array;
}
