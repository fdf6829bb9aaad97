import { PipelineError } from "#core/errors.ts";
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

export interface HeartbeatDeps extends DeliverDeps, StatusRules {
  readonly statuses: Pick<ShardStatusStore, "list">;
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
    let dueMs: number = startedMs;
    for (;;) {
      await tryBeat(deps);
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

const tryBeat = async (deps: HeartbeatDeps): Promise<void> => {
  try {
    await beat(deps);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    deps.log.error("a heartbeat is left out", { code: error.code, error });
  }
};

const beat = async (deps: HeartbeatDeps): Promise<void> => {
  const connectionIds = await deps.connections.list();
  if (connectionIds.length === 0) return;
  const [shards, lease] = await Promise.all([deps.statuses.list(deps.ticksStream), deps.leases.get(deps.source)]);
  const messages = [heartbeatMessage(pipelineStatus(shards, lease, deps.clock.nowMs(), deps))];
  await deliver(
    deps,
    connectionIds.map((connectionId) => ({ connectionId, messages })),
  );
};
