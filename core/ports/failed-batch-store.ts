import type { ShardRecord } from "./shard-reader.ts";

/** A batch that was given up after its retries, as it went to the failure destination. */
export interface FailedBatch {
  /** The name of the stream that it is of. */
  readonly stream: string;
  /** The stream's own id of the shard. */
  readonly shardId: string;
  readonly records: readonly ShardRecord[];
}

/** Where given up batches wait. Every method throws PipelineError TAPE_STORE_UNAVAILABLE when it cannot be asked. */
export interface FailedBatchStore {
  /** The keys of the batches that wait, or of those that are done, ordered. None is both. */
  list(state: "waiting" | "done"): Promise<readonly string[]>;

  /** @throws PipelineError TAPE_FILE_UNREADABLE when there is no batch of records under the key. */
  read(key: string): Promise<FailedBatch>;

  /** Lets a batch that waits be done. Idempotent. */
  finish(key: string): Promise<void>;
}
