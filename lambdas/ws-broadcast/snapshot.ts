import { windowOf, windowStart } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import type { Checkpoint, CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { StoreMarks } from "#core/ports/store-marks.ts";
import type { ResumeMessage, SubscribeMessage } from "#core/protocol/client-message.ts";
import { isHeld, MAX_POSITIONS, type Positions } from "#core/protocol/holding.ts";
import { snapshotMessages } from "#core/protocol/server-message.ts";
import { epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { concurrently } from "#core/concurrently.ts";
import { createKeptRanges } from "./kept-ranges.ts";

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
  /** @default every subscription reads its panes itself */
  readonly marks?: Pick<StoreMarks, "list"> | undefined;
  readonly clock: Clock;
  readonly ticksStream: string;
  readonly maxOutOfOrdernessMs: DurationMs;
}

/** Answers a subscription to bars that are folded from `storedMs`; it has been recorded before. */
export type ReadSnapshot = (
  message: SubscribeMessage | ResumeMessage,
  storedMs: DurationMs,
) => Promise<readonly string[]>;

/**
 * The messages that answer a subscription: the stored panes of the last `bars` bars of each symbol, up to the newest
 * event time folded, or up to now before the first checkpoint. A symbol without panes is no error. What a client that
 * resumes has already is left out, unless it has that of checkpoints that are not known here.
 *
 * The checkpoints are read before the panes, so that a client that took the answer has all records up to them. Panes are
 * read once for all who ask for them while the marks stand still.
 */
export const createSnapshots = (deps: SnapshotDeps): ReadSnapshot => {
  const { clock, ticksStream, maxOutOfOrdernessMs } = deps;
  const keptRanges = createKeptRanges(deps);
  return async (message, storedMs) => {
    const { symbols, intervalMs } = message;
    const [checkpoints, marks = []] = await Promise.all([
      deps.checkpoints.list(ticksStream),
      deps.marks?.list(ticksStream),
    ]);
    const span = spanOf(message, storedMs, newestEventTimeMs(checkpoints) ?? clock.nowMs());
    const read = keptRanges({ marks, checkpoints });
    const bySymbol = new Map<string, readonly Pane[]>();
    await concurrently(symbols, MAX_READS, async (symbol) => {
      bySymbol.set(symbol, await read({ symbol, intervalMs: storedMs, ...span }));
    });
    const panes = symbols.flatMap((symbol) => bySymbol.get(symbol) ?? []);
    const since =
      message.action === "resume" && areReached(message.since.upTo, checkpoints) ? message.since : undefined;
    const told = since === undefined ? panes : panes.filter((pane) => !isHeld(pane, since));
    const upTo = positionsOf(checkpoints, panes);
    const watermarkMs = storedWatermarkMs(checkpoints, maxOutOfOrdernessMs);
    const head = { symbols, intervalMs, fromMs: span.startMs, upTo, isRest: since !== undefined, watermarkMs };
    return snapshotMessages(head, told);
  };
};

/** The windows that a snapshot covers, the last of them beyond `newestMs`. */
const spanOf = (
  { symbols, intervalMs, bars }: SubscribeMessage | ResumeMessage,
  storedMs: DurationMs,
  newestMs: EpochMs,
): { readonly startMs: EpochMs; readonly endMs: EpochMs } => {
  const mostBars = Math.floor((MAX_SNAPSHOT_WINDOWS * storedMs) / (symbols.length * intervalMs));
  const lengthMs = (Math.max(1, Math.min(bars, mostBars)) - 1) * intervalMs;
  const startMs = epochMs(windowStart(newestMs, intervalMs) - lengthMs);
  return { startMs, endMs: windowOf(epochMs(newestMs + EDGE_WINDOWS * storedMs), storedMs).endMs };
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
