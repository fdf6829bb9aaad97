import type { Checkpoint } from "../ports/checkpoint-store.ts";
import { isInGap, type Gap } from "../ports/gap-store.ts";
import type { ShardRecord } from "../ports/shard-reader.ts";
import { durationMs, type DurationMs, type EpochMs } from "../units.ts";

/** What became of a record whose batch was given up. */
export type Verdict =
  | "folded" // a later batch read it from the stream again
  | "waiting" // it is in the stream, or has only just left it, and the next batch may read it
  | "lost"; // it expired before any batch read it

export interface JudgeFacts {
  /** Of all shards of the stream. */
  readonly checkpoints: readonly Checkpoint[];
  /** Read after the checkpoints: a gap is noted before a checkpoint passes it over. */
  readonly gaps: readonly Gap[];
  readonly nowMs: EpochMs;
  /** How long the stream keeps its records. */
  readonly retentionMs: DurationMs;
}

/** Says of a record of a shard what became of it. `folded` and `lost` never change. */
export const verdictOf = (
  shard: string,
  { sequenceNumber, arrivalTimeMs }: ShardRecord,
  { checkpoints, gaps, nowMs, retentionMs }: JudgeFacts,
): Verdict => {
  if (isInGap(gaps, shard, sequenceNumber)) return "lost";
  const checkpoint = checkpoints.find((known) => known.shard === shard);
  if (checkpoint !== undefined && sequenceNumber <= checkpoint.last) return "folded";
  return nowMs - arrivalTimeMs > retentionMs + MARGIN_MS ? "lost" : "waiting";
};

/** Clocks differ, and nobody says how soon after its time a record is gone. */
const MARGIN_MS = durationMs(3_600_000);
