import type { SequenceNumber } from "../units.ts";

/** Says of a shard that its panes are stored as of `last`, before anybody is told of them. */
export interface StoreMark {
  readonly stream: string;
  readonly shard: string;
  readonly last: SequenceNumber;
}

/**
 * A mark per shard, which moves whenever panes have been stored: who finds all marks where they were knows that nobody has
 * been told of a stored pane since. Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked.
 */
export interface StoreMarks {
  /** Stores the mark unless the shard's stored `last` is equal or greater, which is no error. Idempotent. */
  put(mark: StoreMark): Promise<void>;

  /** The marks of all shards that ever had one, strongly read, ordered by shard. */
  list(stream: string): Promise<readonly StoreMark[]>;
}
