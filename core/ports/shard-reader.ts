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

/**
 * Reads a stream by the shard. Every method throws PipelineError TAPE_STREAM_UNAVAILABLE when it cannot.
 *
 * Shards go by names of our own, under which their panes and checkpoints are kept: a stream that is created again gives
 * its shards the ids that another stream's had, with other records behind them.
 */
export interface ShardReader {
  /** The name of the shard with this id: the same for as long as the stream exists, and no other stream's. */
  name(shardId: string): Promise<string>;

  /**
   * The names of the shards that this one was split or merged from, as far as the stream still has them: none, one or two.
   * None of a shard that is gone itself.
   */
  parents(shard: string): Promise<readonly string[]>;

  /** The records of the span in sequence order, in batches; ends at the first at or beyond `before`, and at the tip. */
  read(shard: string, span: ShardSpan): AsyncIterable<readonly ShardRecord[]>;
}
