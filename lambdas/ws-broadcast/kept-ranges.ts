import type { Pane } from "#core/pane.ts";
import type { Checkpoint } from "#core/ports/checkpoint-store.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { PaneRange, PaneStore } from "#core/ports/pane-store.ts";
import type { StoreMark } from "#core/ports/store-marks.ts";

/** So many panes, some 30 MB, and all are forgotten. */
const MAX_KEPT_PANES = 50_000;
/** Where nothing is stored any more, panes are read again so often: their time to live may be over. */
const KEEP_MS = 60_000;

interface Kept {
  readonly marks: string;
  readonly sinceMs: number;
  readonly ranges: Map<string, readonly Pane[]>;
  paneCount: number;
}

/** What was read of the store's marks and checkpoints, in any order, after the subscription had been recorded. */
export interface StoreState {
  readonly marks: readonly StoreMark[];
  readonly checkpoints: readonly Checkpoint[];
}

export type ReadRange = PaneStore["range"];

/**
 * Reads ranges of panes, and remembers them for whoever comes while the marks stand where they stood: pages that come back
 * all at once ask for the same bars.
 *
 * An aggregator stores panes (a), marks that (m), publishes them (b) and writes the checkpoint (k); the broadcaster then asks
 * who wants them (c). Marks are read (M), then a range (R), for one client; for another its subscription is recorded (1)
 * and the marks are read again (N), which are the same as in M:
 *
 *     a ── m ── b ── c ─────            c before 1: m is before N, so before M, and R has the pane
 *         M  R         1  N
 *              a ── m ── b ── c         m after N: c is after 1, and the connection gets the update
 *         M  R   1  N
 *
 * A range must have all panes up to the checkpoints, too, as clients are told that it has: a was before m, and m before k. So
 * nothing is remembered where a shard's checkpoint is ahead of its mark, as it is when both were read around m and k, and
 * always under an aggregator from before there were marks.
 */
export const createKeptRanges = ({
  panes,
  clock,
}: {
  panes: Pick<PaneStore, "range">;
  clock: Pick<Clock, "nowMs">;
}) => {
  let kept: Kept | undefined;
  return (state: StoreState): ReadRange => {
    if (!isMarked(state)) return (range) => panes.range(range);
    const marks = state.marks.map(({ shard, last }) => `${shard} ${last}`).join();
    const nowMs = clock.nowMs();
    const isGood = kept?.marks === marks && nowMs - kept.sinceMs < KEEP_MS && kept.paneCount < MAX_KEPT_PANES;
    const used: Kept = kept !== undefined && isGood ? kept : { marks, sinceMs: nowMs, ranges: new Map(), paneCount: 0 };
    kept = used;
    return async (range) => {
      const key = rangeText(range);
      const known = used.ranges.get(key);
      if (known !== undefined) return known;
      const found = await panes.range(range);
      used.ranges.set(key, found);
      used.paneCount += found.length;
      return found;
    };
  };
};

const isMarked = ({ marks, checkpoints }: StoreState): boolean => {
  const marked = new Map(marks.map(({ shard, last }) => [shard, last]));
  return marks.length > 0 && checkpoints.every(({ shard, last }) => last <= (marked.get(shard) ?? ""));
};

const rangeText = ({ symbol, intervalMs, startMs, endMs }: PaneRange): string =>
  `${intervalMs}|${startMs}|${endMs}|${symbol}`;
