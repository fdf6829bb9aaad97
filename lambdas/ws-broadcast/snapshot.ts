import { windowOf, windowStart } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import type { CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { SubscribeMessage } from "#core/protocol/client-message.ts";
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
  readonly panes: PaneStore;
  readonly checkpoints: CheckpointStore;
  readonly clock: Clock;
  readonly ticksStream: string;
}

/**
 * The messages that answer a subscription: the stored panes of the last `bars` bars of each symbol, up to the newest
 * event time folded, or up to now before the first checkpoint. A symbol without panes is no error.
 */
export const readSnapshot = async (
  deps: SnapshotDeps,
  { symbols, intervalMs, bars }: SubscribeMessage,
  storedMs: DurationMs,
): Promise<readonly string[]> => {
  const newestMs = (await newestEventTimeMs(deps)) ?? deps.clock.nowMs();
  const mostBars = Math.floor((MAX_SNAPSHOT_WINDOWS * storedMs) / (symbols.length * intervalMs));
  const span = (Math.max(1, Math.min(bars, mostBars)) - 1) * intervalMs;
  const startMs = epochMs(windowStart(newestMs, intervalMs) - span);
  const { endMs } = windowOf(epochMs(newestMs + EDGE_WINDOWS * storedMs), storedMs);
  const panes = new Map<string, readonly Pane[]>();
  await concurrently(symbols, MAX_READS, async (symbol) => {
    panes.set(symbol, await deps.panes.range({ symbol, intervalMs: storedMs, startMs, endMs }));
  });
  return snapshotMessages(
    { symbols, intervalMs, fromMs: startMs },
    symbols.flatMap((symbol) => panes.get(symbol) ?? []),
  );
};

const newestEventTimeMs = async ({ checkpoints, ticksStream }: SnapshotDeps): Promise<EpochMs | undefined> =>
  (await checkpoints.list(ticksStream))
    .map((checkpoint) => checkpoint.newestEventTimeMs)
    .filter((timeMs) => timeMs !== undefined)
    .toSorted((a, b) => b - a)[0];
