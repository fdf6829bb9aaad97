import { PipelineError } from "#core/errors.ts";
import type { Gap, GapStore } from "#core/ports/gap-store.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import type { Meter } from "#core/ports/meter.ts";
import type { ShardStatusStore } from "#core/ports/shard-status.ts";
import { heartbeatMessage } from "#core/protocol/server-message.ts";
import { durationMs, type DurationMs, type EpochMs } from "#core/units.ts";
import type { RunContext } from "../run-context.ts";
import { deliver, type DeliverDeps, type DeliveryCounts } from "./deliver.ts";
import { pipelineStatus, type StatusRules } from "./pipeline-status.ts";

/** A run beats for as long as it is until the schedule starts the next. */
const RUN_MS = 60_000;
/** It ends so long before Lambda would end it. */
const MARGIN_MS = 1_000;
/** A connection is listed before it is open: so long may API Gateway wait to be told that it may be. */
const OPENING_MS = 30_000;
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
  readonly meter: Meter;
}

/**
 * Tells every connection how the pipeline stands, once per `heartbeatMs`, until the schedule's next run is due. Where
 * nobody is connected a beat asks for the connections and for nothing else. A beat that fails is logged and left out. What the
 * beats of a run came to is told at its end.
 */
export const createHeartbeat =
  (deps: HeartbeatDeps) =>
  async (_event: unknown, context: RunContext): Promise<void> => {
    const { clock, heartbeatMs } = deps;
    const startedMs = clock.nowMs();
    const endMs = startedMs + Math.min(RUN_MS, context.getRemainingTimeInMillis() - MARGIN_MS);
    const gaps = createGapReader(deps);
    let dueMs: number = startedMs;
    let [posts, gone] = [0, 0];
    for (;;) {
      const counts = await tryBeat(deps, gaps);
      posts += counts?.posts ?? 0;
      gone += counts?.gone ?? 0;
      const nowMs = clock.nowMs();
      dueMs = nextBeatMs(dueMs, nowMs, heartbeatMs);
      if (dueMs >= endMs) break;
      await clock.sleep(durationMs(dueMs - nowMs));
    }
    deps.meter.emit({ ...(posts > 0 && { SocketPosts: posts }), ...(gone > 0 && { GoneConnections: gone }) });
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

const tryBeat = async (deps: HeartbeatDeps, gaps: GapReader): Promise<DeliveryCounts | undefined> => {
  try {
    return await beat(deps, gaps);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    deps.log.error("a heartbeat is left out", { code: error.code, error });
    return undefined;
  }
};

const beat = async (deps: HeartbeatDeps, readGaps: GapReader): Promise<DeliveryCounts | undefined> => {
  const connections = await deps.connections.list();
  if (connections.length === 0) return undefined;
  const [shards, gaps, lease] = await Promise.all([
    deps.statuses.list(deps.ticksStream),
    readGaps(),
    deps.leases.get(deps.source),
  ]);
  const parts = { shards, gaps, lease, connections: connections.length };
  const nowMs = deps.clock.nowMs();
  const messages = [heartbeatMessage(pipelineStatus(parts, nowMs, deps))];
  return deliver(
    deps,
    connections.map(({ connectionId, connectedAtMs = 0 }) => ({
      connectionId,
      messages,
      isOpening: nowMs - connectedAtMs < OPENING_MS,
    })),
  );
};
