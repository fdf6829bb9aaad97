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
   * @param shardCount as it was told by {@link shardCount}: what is offered again goes where it went then. @default that of now
   * @throws PipelineError TAPE_STREAM_UNAVAILABLE when no request got an answer: each entry may or may not have landed.
   */
  put(entries: readonly StreamEntry[], shardCount?: number): Promise<readonly (RecordPlace | undefined)[]>;

  /**
   * Among how many shards keys are spread now; absent where shards themselves hand on what they have seen.
   * @throws PipelineError TAPE_STREAM_UNAVAILABLE when it is not known.
   */
  shardCount?(): Promise<number>;
}
