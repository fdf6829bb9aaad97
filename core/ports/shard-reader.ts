import type { EpochMs, SequenceNumber } from "../units.ts";

/** One record of a shard. */
export interface ShardRecord {
  readonly sequenceNumber: SequenceNumber;
  /** When the stream took it. */
  readonly arrivalTimeMs: EpochMs;
  readonly data: Uint8Array;
}

export interface ShardSpan {
  /** Exclusive; undefined starts at the oldest record that the stream still has. */
  readonly after: SequenceNumber | undefined;
  /** Exclusive. */
  readonly before: SequenceNumber;
}

/** Reads a stream by the shard. Every method throws PipelineError TAPE_STREAM_UNAVAILABLE when it cannot. */
export interface ShardReader {
  /** The shards that this one was split or merged from: none, one or two. */
  parents(shard: string): Promise<readonly string[]>;

  /** The records of the span in sequence order, in batches; ends at the first record at or beyond `before`. */
  read(shard: string, span: ShardSpan): AsyncIterable<readonly ShardRecord[]>;
}
