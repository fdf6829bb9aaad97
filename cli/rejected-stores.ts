import type { CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { FailedBatchStore } from "#core/ports/failed-batch-store.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { GapStore } from "#core/ports/gap-store.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import type { RejectedStore } from "#core/ports/rejected-store.ts";
import type { ShardStatusStore } from "#core/ports/shard-status.ts";
import type { DurationMs } from "#core/units.ts";

/** What a place is made of. */
export interface RejectedStores {
  readonly stream: string;
  readonly clockSkewMs: DurationMs;
  readonly rejected: RejectedStore;
  readonly checkpoints: CheckpointStore;
  readonly statuses: ShardStatusStore;
  readonly gaps: GapStore;
  readonly leases: LeaseStore;
  readonly frames: FrameStream;
  /** Undefined where it was not asked for, or where no batch is ever given up. */
  readonly batches: FailedBatchStore | undefined;
}
