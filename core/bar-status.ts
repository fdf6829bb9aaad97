import type { Bar } from "./bar.ts";
import type { PipelineStatus } from "./protocol/pipeline-status.ts";
import { durationMs, type EpochMs } from "./units.ts";

/**
 * What is said of a bar.
 *
 * - `forming`: trades of it may still come.
 * - `final`: they have most likely all come.
 * - `corrected`: one came after it had been said to be final, and is counted in it.
 */
export type BarStatus = "forming" | "final" | "corrected";

/** How far the pipeline is, as a client was told. */
export interface Progress {
  /** The greatest watermark told, undefined before the first trade. */
  readonly watermarkMs: EpochMs | undefined;
  /** Whether the source has come to its end. */
  readonly isClosed: boolean;
}

/** What is known once `status` is heard too. Heartbeats may overtake one another, and a watermark never goes back. */
export const progressAfter = (
  before: Progress | undefined,
  { watermarkMs, feed }: Pick<PipelineStatus, "watermarkMs" | "feed">,
): Progress => {
  const knownMs = before?.watermarkMs;
  const isBehind = watermarkMs === undefined || (knownMs !== undefined && knownMs > watermarkMs);
  return { watermarkMs: isBehind ? knownMs : watermarkMs, isClosed: feed === "closed" };
};

/** Whether the watermark has passed the end of a bar, or there is nothing to come that could move it. */
export const isFinal = ({ endMs }: Pick<Bar, "endMs">, { watermarkMs, isClosed }: Progress): boolean =>
  isClosed || (watermarkMs !== undefined && endMs <= watermarkMs);

/**
 * What is said of `bar` when it is shown. `hasChanged` is whether the client itself saw it final and then saw it change:
 * what the shards say of their panes does not cover a shard that was idle, and so not waited for.
 */
export const barStatus = (
  bar: Pick<Bar, "endMs" | "isCorrected">,
  progress: Progress,
  hasChanged = false,
): BarStatus => {
  if (bar.isCorrected || hasChanged) return "corrected";
  return isFinal(bar, progress) ? "final" : "forming";
};

/**
 * A final bar is settled once a client has watched it for so long without a change. Before that, what it lacks may simply
 * be on its way: heartbeats overtake updates, and a life whose records were folded before the client came tells of them at
 * its end.
 */
const SETTLING_MS = durationMs(30_000);

/** A client that looks less often does not watch. */
const WATCHING_MS = durationMs(5_000);

/** So many bars are remembered, those seen last. */
const REMEMBERED = 5_000;

interface Sight {
  readonly tradeCount: number;
  readonly atMs: number;
  /** Since when it has been final and the same under the client's eyes, undefined where it is not final. */
  readonly sinceMs: number | undefined;
  readonly hasChanged: boolean;
}

/** What a client saw of bars, so that it notices when one changes that it had called final. */
export class SeenBars {
  readonly #seen = new Map<string, Sight>();

  /** Takes in `bars` as they are at `nowMs`, which is of any clock that never goes back. */
  see(bars: readonly Bar[], progress: Progress, nowMs: number): void {
    for (const bar of bars) {
      const key = keyOf(bar);
      const sight = sightOf(bar, this.#seen.get(key), isFinal(bar, progress), nowMs);
      this.#seen.delete(key);
      this.#seen.set(key, sight);
    }
    for (const key of this.#seen.keys()) {
      if (this.#seen.size <= REMEMBERED) break;
      this.#seen.delete(key);
    }
  }

  /** Whether this bar was settled and then changed. */
  hasChanged(bar: Bar): boolean {
    return this.#seen.get(keyOf(bar))?.hasChanged ?? false;
  }
}

const sightOf = (bar: Bar, before: Sight | undefined, isFinalNow: boolean, nowMs: number): Sight => {
  const { tradeCount } = bar.content;
  const seen = { tradeCount, atMs: nowMs };
  // fewer trades than before are those of another stream
  if (before === undefined || tradeCount < before.tradeCount)
    return { ...seen, sinceMs: isFinalNow ? nowMs : undefined, hasChanged: false };
  const { atMs, sinceMs = atMs } = before;
  const isSame = tradeCount === before.tradeCount;
  const isWatched = isSame && before.sinceMs !== undefined && nowMs - atMs <= WATCHING_MS;
  return {
    ...seen,
    sinceMs: isFinalNow ? (isWatched ? sinceMs : nowMs) : undefined,
    hasChanged: before.hasChanged || (!isSame && atMs - sinceMs >= SETTLING_MS),
  };
};

const keyOf = ({ symbol, intervalMs, startMs }: Bar): string => `${intervalMs}|${startMs}|${symbol}`;
