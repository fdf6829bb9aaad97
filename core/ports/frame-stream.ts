import type { SequenceNumber } from "../units.ts";

/** One record to be put. */
export interface StreamEntry {
  /** At most 256 characters. */
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** Where a record stands. */
export interface RecordPlace {
  /** As `ShardReader` names it. */
  readonly shard: string;
  readonly sequenceNumber: SequenceNumber;
}

/** The ticks stream, as producers write it. */
export interface FrameStream {
  /**
   * Offers the entries, in one request or several. The result says, entry by entry, where the stream put it; those that it
   * did not take (undefined), as far as is known, may be offered again. Order among entries is not promised.
   * @throws PipelineError TAPE_STREAM_UNAVAILABLE when no request got an answer: each entry may or may not have landed.
   */
  put(entries: readonly StreamEntry[]): Promise<readonly (RecordPlace | undefined)[]>;
}
