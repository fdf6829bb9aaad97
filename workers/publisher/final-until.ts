import { windowStart } from "#core/interval.ts";
import type { Checkpoint } from "#core/ports/checkpoint-store.ts";
import { epochMs, type DurationMs, type EpochMs, type SequenceNumber } from "#core/units.ts";
import type { PublishedWindow } from "./published-window.ts";

/** One partition of the ticks topic. */
export interface PartitionStanding {
  /** Position of its last record, undefined when it never had one. */
  readonly lastRecord: SequenceNumber | undefined;
  /** How far it is folded and stored, undefined before the first time. */
  readonly checkpoint: Pick<Checkpoint, "last" | "lastArrivalMs" | "newestEventTimeMs" | "frontierMs"> | undefined;
}

export interface FinalRules {
  readonly window: PublishedWindow;
  readonly maxOutOfOrdernessMs: DurationMs;
  /** A partition that has been silent for this long holds no bar open. */
  readonly idleMs: DurationMs;
}

/**
 * The end of the last window that is final: what ends by then is stored, whole but for trades that come late. A partition
 * holds windows open while it has records that are not folded, or had one lately. When none does, all that was sent has
 * come, and the windows that hold the last of it are final once they are over. Undefined while that cannot be said. Partitions must have been asked for their last records before checkpoints.
 */
export const finalUntil = (
  partitions: readonly PartitionStanding[],
  nowMs: EpochMs,
  { window: { lengthMs, stepMs }, maxOutOfOrdernessMs, idleMs }: FinalRules,
): EpochMs | undefined => {
  const isWaiting = ({ lastRecord, checkpoint }: PartitionStanding): boolean =>
    lastRecord !== undefined && (checkpoint === undefined || checkpoint.last < lastRecord);
  if (partitions.some((partition) => isWaiting(partition) && partition.checkpoint?.frontierMs === undefined))
    return undefined;
  const holding = partitions.filter((partition) => isWaiting(partition) || isBusy(partition, nowMs, idleMs));
  const frontiersMs = holding.flatMap(({ checkpoint }) => checkpoint?.frontierMs ?? []);
  if (frontiersMs.length > 0) return windowStart(epochMs(Math.min(...frontiersMs) - maxOutOfOrdernessMs), stepMs);
  const newestMs = partitions.flatMap(({ checkpoint }) => checkpoint?.newestEventTimeMs ?? []);
  if (newestMs.length === 0) return undefined;
  const lastEndMs = windowStart(epochMs(Math.max(...newestMs)), stepMs) + lengthMs;
  return epochMs(Math.min(lastEndMs, windowStart(nowMs, stepMs)));
};

/** Whether a partition had a record lately that is stored. */
export const isBusy = (
  { checkpoint }: Pick<PartitionStanding, "checkpoint">,
  nowMs: EpochMs,
  idleMs: DurationMs,
): boolean => nowMs - (checkpoint?.lastArrivalMs ?? 0) <= idleMs;
