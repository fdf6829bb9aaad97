import { PipelineError } from "#core/errors.ts";
import type { Gap, GapStore } from "#core/ports/gap-store.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import type { ShardStatusStore } from "#core/ports/shard-status.ts";
import { heartbeatMessage } from "#core/protocol/server-message.ts";
import { durationMs, type DurationMs, type EpochMs } from "#core/units.ts";
import type { RunContext } from "../run-context.ts";
import { deliver, type DeliverDeps } from "./deliver.ts";
import { pipelineStatus, type StatusRules } from "./pipeline-status.ts";

/** A run beats for as long as it is until the schedule starts the next. */
const RUN_MS = 60_000;
/** It ends so long before Lambda would end it. */
const MARGIN_MS = 1_000;
/** Gaps are rare, and asked for so often. */
const GAPS_MS = 10_000;

export interface HeartbeatDeps extends DeliverDeps, StatusRules {
  readonly statuses: Pick<ShardStatusStore, "list">;
  readonly gaps: Pick<GapStore, "list">;
  readonly leases: Pick<LeaseStore, "get">;
  readonly ticksStream: string;
  /** The name under which the fetcher keeps its lease. */
  readonly source: string;
  readonly heartbeatMs: DurationMs;
}

/**
 * Tells every connection how the pipeline stands, once per `heartbeatMs`, until the schedule's next run is due. Where
 * nobody is connected a beat asks for the connections and for nothing else. A beat that fails is logged and left out.
 */
export const createHeartbeat =
  (deps: HeartbeatDeps) =>
  async (_event: unknown, context: RunContext): Promise<void> => {
    const { clock, heartbeatMs } = deps;
    const startedMs = clock.nowMs();
    const endMs = startedMs + Math.min(RUN_MS, context.getRemainingTimeInMillis() - MARGIN_MS);
    const gaps = createGapReader(deps);
    let dueMs: number = startedMs;
    for (;;) {
      await tryBeat(deps, gaps);
      const nowMs = clock.nowMs();
      dueMs = nextBeatMs(dueMs, nowMs, heartbeatMs);
      if (dueMs >= endMs) return;
      await clock.sleep(durationMs(dueMs - nowMs));
    }
  };

/** The first beat after `nowMs`; those that could not be kept are left out. */
const nextBeatMs = (dueMs: number, nowMs: EpochMs, heartbeatMs: DurationMs): number => {
  const missed = Math.max(0, Math.floor((nowMs - dueMs) / heartbeatMs));
  return dueMs + (missed + 1) * heartbeatMs;
};

type GapReader = () => Promise<readonly Gap[]>;

/** Reads the gaps, or remembers those that it read lately. */
const createGapReader = ({ gaps, ticksStream, clock }: HeartbeatDeps): GapReader => {
  let known: readonly Gap[] = [];
  let knownMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const nowMs = clock.nowMs();
    if (nowMs - knownMs >= GAPS_MS) {
      known = await gaps.list(ticksStream);
      knownMs = nowMs;
    }
    return known;
  };
};

const tryBeat = async (deps: HeartbeatDeps, gaps: GapReader): Promise<void> => {
  try {
    await beat(deps, gaps);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    deps.log.error("a heartbeat is left out", { code: error.code, error });
  }
};

const beat = async (deps: HeartbeatDeps, readGaps: GapReader): Promise<void> => {
  const connectionIds = await deps.connections.list();
  if (connectionIds.length === 0) return;
  const [shards, gaps, lease] = await Promise.all([
    deps.statuses.list(deps.ticksStream),
    readGaps(),
    deps.leases.get(deps.source),
  ]);
  const parts = { shards, gaps, lease, connections: connectionIds.length };
  const messages = [heartbeatMessage(pipelineStatus(parts, deps.clock.nowMs(), deps))];
  await deliver(
    deps,
    connectionIds.map((connectionId) => ({ connectionId, messages })),
  );
};
