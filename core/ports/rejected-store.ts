import type { Rejected } from "../trade.ts";
import type { EpochMs } from "../units.ts";

/** What of a rejected record was put into the stream again. */
export interface Redriven {
  /** The trades that were, by index, ascending. */
  readonly indexes: readonly number[];
  /** When the last of them was. */
  readonly atMs: EpochMs;
}

/** A rejected record as it is kept. */
export interface KeptRejected extends Rejected {
  /** Undefined when nothing of it was put again. */
  readonly redriven: Redriven | undefined;
}

/** Names a rejected record. */
export type RejectedOrigin = Pick<Rejected, "stream" | "shard" | "sequenceNumber" | "arrivalTimeMs">;

/** Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface RejectedStore {
  /** Keeps records in which something is no trade; writing one again changes nothing, nor what was marked of it. */
  put(rejected: readonly Rejected[]): Promise<void>;

  /** Those of one shard and one UTC day (`"2013-10-07"`, by arrival), ordered by sequenceNumber. */
  list(stream: string, shard: string, day: string): Promise<readonly KeptRejected[]>;

  /** Marks what of a record was put again. A register: the mark with more indexes wins. Idempotent. */
  markRedriven(origin: RejectedOrigin, redriven: Redriven): Promise<void>;
}
