import type { Gap } from "#core/ports/gap-store.ts";
import type { Lease } from "#core/ports/lease-store.ts";
import type { ShardStatus } from "#core/ports/shard-status.ts";
import type { FeedState, PipelineStatus } from "#core/protocol/pipeline-status.ts";
import { sumOfCounts } from "#core/shard-counts.ts";
import { durationMs, epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { readProgress, type Progress } from "../source-progress.ts";

/** Between two runs of the fetcher nobody holds its lease for a moment. */
const HANDOVER_MS = durationMs(10_000);

/**
 * A shard is waited for this long at most after the last record that was read of it: what was put into it since may have
 * expired, or its stream be gone.
 */
const WAITED_FOR_MS = durationMs(600_000);

export interface StatusRules {
  readonly maxOutOfOrdernessMs: DurationMs;
  /** A shard that has been silent for this long holds no bar open, and a feed that has is not live. */
  readonly idleMs: DurationMs;
}

/** What a status is made of. */
export interface StatusParts {
  readonly shards: readonly ShardStatus[];
  readonly gaps: readonly Gap[];
  readonly lease: Lease | undefined;
  readonly connections: number;
}

/** How the pipeline stands, as its shards and the lease of its source say. */
export const pipelineStatus = (
  { shards, gaps, lease, connections }: StatusParts,
  nowMs: EpochMs,
  rules: StatusRules,
): PipelineStatus => {
  const {
    trades,
    lateTrades: late,
    correctingTrades: corrected,
    duplicateTrades: duplicates,
    rejected,
  } = sumOfCounts(shards.map(({ counts }) => counts));
  const progress = lease?.state === undefined ? undefined : readProgress(lease.state);
  const waiting = shards.filter((shard) => hasUnfolded(shard, progress, nowMs));
  return {
    timeMs: nowMs,
    watermarkMs: watermarkOf(shards, waiting, nowMs, rules),
    feed: feedState({ shards, lease }, progress?.isDone, waiting.length > 0, nowMs, rules.idleMs),
    counts: { trades, late, corrected, duplicates, rejected, gaps: foundGaps(gaps).length },
    connections,
  };
};

/** The gaps behind what had been read. One is noted at each shard's beginning too, lest anything be passed over in silence. */
export const foundGaps = (gaps: readonly Gap[]): readonly Gap[] => gaps.filter(({ after }) => after !== undefined);

/** Whether a source has put records into a shard that are not folded yet: its aggregator is behind, or down. */
const hasUnfolded = (
  { shard, last, arrivalTimeMs }: ShardStatus,
  progress: Partial<Progress> | undefined,
  nowMs: EpochMs,
): boolean => last < (progress?.lastPlaces?.[shard] ?? "") && nowMs - arrivalTimeMs <= WAITED_FOR_MS;

/** The least watermark of the shards that had a record lately, or are waiting; when none is, all that was sent has come. */
const watermarkOf = (
  shards: readonly ShardStatus[],
  waiting: readonly ShardStatus[],
  nowMs: EpochMs,
  { maxOutOfOrdernessMs, idleMs }: StatusRules,
): EpochMs | undefined => {
  const isBusy = ({ arrivalTimeMs }: ShardStatus): boolean => nowMs - arrivalTimeMs <= idleMs;
  const busy = shards.filter((shard) => isBusy(shard) || waiting.includes(shard));
  const busyMs = busy.flatMap(({ frontierMs }) => frontierMs ?? []);
  const allMs = shards.flatMap(({ newestEventTimeMs }) => newestEventTimeMs ?? []);
  const [firstMs, ...restMs] = busyMs.length > 0 ? busyMs : allMs;
  if (firstMs === undefined) return undefined;
  const newestMs = busyMs.length > 0 ? Math.min(firstMs, ...restMs) : Math.max(firstMs, ...restMs);
  return epochMs(newestMs - maxOutOfOrdernessMs);
};

const feedState = (
  { shards, lease }: Pick<StatusParts, "shards" | "lease">,
  isDone: boolean | undefined,
  isWaiting: boolean,
  nowMs: EpochMs,
  idleMs: DurationMs,
): FeedState => {
  if (shards.some(({ arrivalTimeMs }) => nowMs - arrivalTimeMs <= idleMs)) return "live";
  if (lease === undefined) return "dead";
  if (isDone === true) return isWaiting ? "quiet" : "closed";
  return nowMs - lease.untilMs <= HANDOVER_MS ? "quiet" : "dead";
};
