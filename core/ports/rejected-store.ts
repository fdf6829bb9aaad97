import type { Rejected } from "../trade.ts";

/** Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface RejectedStore {
  /** Keeps records in which something is no trade; writing one again changes nothing. */
  put(rejected: readonly Rejected[]): Promise<void>;

  /** Those of one shard and one UTC day (`"2013-10-07"`, by arrival), ordered by sequenceNumber. */
  list(stream: string, shard: string, day: string): Promise<readonly Rejected[]>;
}
