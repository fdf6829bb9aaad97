import type { ShardCounts } from "../shard-counts.ts";
import type { EpochMs, SequenceNumber } from "../units.ts";

/** How far a shard is folded. A register: the greater `last` wins. */
export interface Checkpoint {
  readonly stream: string;
  readonly shard: string;
  /** Every record up to this one is in the stored panes. */
  readonly last: SequenceNumber;
  /** When the stream took the record at `last`; undefined in a checkpoint from before this was kept. */
  readonly lastArrivalMs: EpochMs | undefined;
  /** The frames seen, exactly as of `last`; written and read by `core/seen.ts`. */
  readonly seen: Uint8Array;
  /** The greatest event time folded, undefined before the first trade: no window that starts after it has been touched. */
  readonly newestEventTimeMs: EpochMs | undefined;
  /**
   * The event time that the shard has reached, never beyond `newestEventTimeMs` by much nor ever back: the watermark is
   * this less the allowed out-of-orderness. Undefined before the first trade.
   */
  readonly frontierMs: EpochMs | undefined;
  readonly counts: ShardCounts;
}

/** Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface CheckpointStore {
  /** The shard's checkpoint, strongly read. */
  get(stream: string, shard: string): Promise<Checkpoint | undefined>;

  /** Stores the checkpoint unless the shard's stored `last` is equal or greater, which is no error. Idempotent. */
  put(checkpoint: Checkpoint): Promise<void>;

  /** The checkpoints of all shards that ever had one, ordered by shard. May be a second old. */
  list(stream: string): Promise<readonly Checkpoint[]>;
}
