import type { ShardCounts } from "../shard-counts.ts";
import type { EpochMs, SequenceNumber } from "../units.ts";

/** A record with trades on its way: when the newest of them happened, was fetched, and was taken by the stream. */
export interface RecordTimes {
  readonly eventTimeMs: EpochMs;
  /** Undefined where its producer does not say. */
  readonly ingestTimeMs: EpochMs | undefined;
  readonly arrivalTimeMs: EpochMs;
}

/** The step that told a status. */
export interface ToldStep {
  /** Its last record with trades, undefined without any. */
  readonly newest: RecordTimes | undefined;
  /** When all was folded, and published. */
  readonly foldedTimeMs: EpochMs;
  /** Length of the state that was handed on, packed; 0 at a life's end. */
  readonly stateBytes: number;
  /** Panes in memory. */
  readonly paneCount: number;
}

/** What is said of a shard while its panes are still held: fresher than its checkpoint, and never the truth. */
export interface ShardStatus {
  readonly stream: string;
  readonly shard: string;
  /** Every record up to this one has been folded. */
  readonly last: SequenceNumber;
  /** When the stream took that record. */
  readonly arrivalTimeMs: EpochMs;
  /** The greatest event time folded, undefined before the first trade. */
  readonly newestEventTimeMs: EpochMs | undefined;
  /** The event time that the shard has reached, as in its checkpoint. */
  readonly frontierMs: EpochMs | undefined;
  readonly counts: ShardCounts;
  /** Undefined in a status from before this was kept. */
  readonly step: ToldStep | undefined;
}

/** Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface ShardStatusStore {
  /** Stores the status unless the shard's stored `last` is equal or greater, which is no error. Idempotent. */
  put(status: ShardStatus): Promise<void>;

  /** The status of every shard that ever had one, ordered by shard. May be a second old. */
  list(stream: string): Promise<readonly ShardStatus[]>;
}
