import type { Clock } from "#core/ports/clock.ts";
import type { GapStore } from "#core/ports/gap-store.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import type { ShardStatus, ShardStatusStore } from "#core/ports/shard-status.ts";
import type { ShardOperations, SourceOperations } from "#core/protocol/operations.ts";
import { operationsMessages } from "#core/protocol/server-message.ts";
import { epochMs, type DurationMs } from "#core/units.ts";
import { readProgress, type Progress } from "../source-progress.ts";
import { foundGaps } from "./pipeline-status.ts";

export interface OperationsDeps {
  readonly statuses: Pick<ShardStatusStore, "list">;
  readonly gaps: Pick<GapStore, "list">;
  readonly leases: Pick<LeaseStore, "get">;
  readonly clock: Pick<Clock, "nowMs">;
  readonly ticksStream: string;
  /** The name under which the fetcher keeps its lease. */
  readonly source: string;
  readonly maxOutOfOrdernessMs: DurationMs;
}

/** How the pipeline works, as messages: what its shards, its gaps and the lease of its source say now. */
export const readOperations = async (deps: OperationsDeps): Promise<readonly string[]> => {
  const { statuses, gaps, leases, clock, ticksStream, source } = deps;
  const [shards, found, lease] = await Promise.all([
    statuses.list(ticksStream),
    gaps.list(ticksStream),
    leases.get(source),
  ]);
  const progress = lease?.state === undefined ? undefined : readProgress(lease.state);
  const noticedMs = foundGaps(found).map(({ noticedAtMs }) => noticedAtMs);
  return operationsMessages(
    {
      timeMs: clock.nowMs(),
      source: progress && sourceOf(progress),
      gapNoticedMs: noticedMs.length === 0 ? undefined : epochMs(Math.max(...noticedMs)),
    },
    shards.map((status) => shardOf(status, progress, deps.maxOutOfOrdernessMs)),
  );
};

const sourceOf = ({ startedAtMs, tradesSent, nextFrame, rejectedRows }: Progress): SourceOperations => ({
  startedAtMs: epochMs(startedAtMs),
  tradesSent,
  framesSent: nextFrame,
  rejectedRows,
});

const shardOf = (
  { shard, last, arrivalTimeMs, frontierMs, counts, step }: ShardStatus,
  progress: Progress | undefined,
  maxOutOfOrdernessMs: DurationMs,
): ShardOperations => {
  const sent = progress?.lastPlaces[shard];
  return {
    shard,
    last,
    lastArrivalMs: arrivalTimeMs,
    isBehind: sent !== undefined && sent > last,
    watermarkMs: frontierMs === undefined ? undefined : epochMs(frontierMs - maxOutOfOrdernessMs),
    eventTimeMs: step?.newest?.eventTimeMs,
    ingestTimeMs: step?.newest?.ingestTimeMs,
    arrivalTimeMs: step?.newest?.arrivalTimeMs,
    foldedTimeMs: step?.foldedTimeMs,
    records: counts.records,
    trades: counts.trades,
    late: counts.lateTrades,
    corrected: counts.correctingTrades,
    duplicates: counts.duplicateTrades,
    rejected: counts.rejected,
    stateBytes: step?.stateBytes ?? 0,
    panes: step?.paneCount ?? 0,
  };
};
