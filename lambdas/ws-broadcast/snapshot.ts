import { windowOf, windowStart } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import type { Checkpoint, CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { ResumeMessage, SubscribeMessage } from "#core/protocol/client-message.ts";
import { isHeld, MAX_POSITIONS, type Positions } from "#core/protocol/holding.ts";
import { snapshotMessages } from "#core/protocol/server-message.ts";
import { epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { concurrently } from "#core/concurrently.ts";

/** A snapshot covers as many stored windows at most, all symbols together. */
export const MAX_SNAPSHOT_WINDOWS = 50_000;

/**
 * As many stored windows beyond the newest event time known are read too: panes are stored before the checkpoint that
 * tells of them, and the list of checkpoints may be a second old.
 */
const EDGE_WINDOWS = 720;

const MAX_READS = 16;

export interface SnapshotDeps {
  readonly panes: Pick<PaneStore, "range">;
  readonly checkpoints: Pick<CheckpointStore, "list">;
  readonly clock: Clock;
  readonly ticksStream: string;
  readonly maxOutOfOrdernessMs: DurationMs;
}

/**
 * The messages that answer a subscription: the stored panes of the last `bars` bars of each symbol, up to the newest
 * event time folded, or up to now before the first checkpoint. A symbol without panes is no error. What a client that
 * resumes has already is left out, unless it has that of checkpoints that are not known here.
 *
 * The checkpoints are read before the panes, so that a client that took the answer has all records up to them.
 */
export const readSnapshot = async (
  deps: SnapshotDeps,
  message: SubscribeMessage | ResumeMessage,
  storedMs: DurationMs,
): Promise<readonly string[]> => {
  const { symbols, intervalMs, bars } = message;
  const checkpoints = await deps.checkpoints.list(deps.ticksStream);
  const newestMs = newestEventTimeMs(checkpoints) ?? deps.clock.nowMs();
  const mostBars = Math.floor((MAX_SNAPSHOT_WINDOWS * storedMs) / (symbols.length * intervalMs));
  const span = (Math.max(1, Math.min(bars, mostBars)) - 1) * intervalMs;
  const startMs = epochMs(windowStart(newestMs, intervalMs) - span);
  const { endMs } = windowOf(epochMs(newestMs + EDGE_WINDOWS * storedMs), storedMs);
  const bySymbol = new Map<string, readonly Pane[]>();
  await concurrently(symbols, MAX_READS, async (symbol) => {
    bySymbol.set(symbol, await deps.panes.range({ symbol, intervalMs: storedMs, startMs, endMs }));
  });
  const panes = symbols.flatMap((symbol) => bySymbol.get(symbol) ?? []);
  const since = message.action === "resume" && areReached(message.since.upTo, checkpoints) ? message.since : undefined;
  const told = since === undefined ? panes : panes.filter((pane) => !isHeld(pane, since));
  const upTo = positionsOf(checkpoints, panes);
  const watermarkMs = storedWatermarkMs(checkpoints, deps.maxOutOfOrdernessMs);
  return snapshotMessages(
    { symbols, intervalMs, fromMs: startMs, upTo, isRest: since !== undefined, watermarkMs },
    told,
  );
};

/** Whether these are positions of the shards that `checkpoints` tell of, and not beyond them. */
const areReached = (positions: Positions, checkpoints: readonly Checkpoint[]): boolean => {
  const reached = new Map(checkpoints.map(({ shard, last }) => [shard, last]));
  return positions.size > 0 && [...positions].every(([shard, position]) => position <= (reached.get(shard) ?? ""));
};

/** The checkpoints of the shards that have any of `panes`. */
const positionsOf = (checkpoints: readonly Checkpoint[], panes: readonly Pane[]): Positions => {
  const shards = new Set(panes.map(({ shard }) => shard));
  const concerned = checkpoints.filter(({ shard }) => shards.has(shard)).slice(0, MAX_POSITIONS);
  return new Map(concerned.map(({ shard, last }) => [shard, last]));
};

/** A shard without records for so long holds nothing back. */
const SILENT_MS = 60_000;

/** The least watermark of the shards that have stored anything lately. */
const storedWatermarkMs = (
  checkpoints: readonly Checkpoint[],
  maxOutOfOrdernessMs: DurationMs,
): EpochMs | undefined => {
  const newestMs = Math.max(...checkpoints.map(({ lastArrivalMs = 0 }) => lastArrivalMs));
  const busy = checkpoints.filter(({ lastArrivalMs = 0 }) => newestMs - lastArrivalMs <= SILENT_MS);
  const [firstMs, ...restMs] = busy.flatMap(({ frontierMs }) => frontierMs ?? []);
  return firstMs === undefined ? undefined : epochMs(Math.min(firstMs, ...restMs) - maxOutOfOrdernessMs);
};

const newestEventTimeMs = (checkpoints: readonly Checkpoint[]): EpochMs | undefined =>
  checkpoints
    .map((checkpoint) => checkpoint.newestEventTimeMs)
    .filter((timeMs) => timeMs !== undefined)
    .toSorted((a, b) => b - a)[0];
