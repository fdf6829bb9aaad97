import type { Pane, PaneKey } from "../pane.ts";
import type { DurationMs, EpochMs } from "../units.ts";

export interface PaneRange {
  readonly symbol: string;
  readonly intervalMs: DurationMs;
  /** Inclusive; of window starts. */
  readonly startMs: EpochMs;
  /** Exclusive; of window starts. */
  readonly endMs: EpochMs;
}

/**
 * The bar store: one register per pane key, in which the greater `lastSequence` wins.
 * Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked.
 */
export interface PaneStore {
  /** The stored panes of these keys, strongly read; a key without a pane is absent. In no particular order. */
  get(keys: readonly PaneKey[]): Promise<readonly Pane[]>;

  /**
   * Stores each pane unless its key holds an equal or greater `lastSequence` already. A write that loses is no error:
   * the stored pane contains it. Idempotent. A pane's content may be made only when it is asked for. When it throws, any part of the panes may have been stored.
   */
  put(panes: readonly Pane[]): Promise<void>;

  /** The panes of one symbol and interval whose windows start in the range, ordered by (startMs, shard). */
  range(range: PaneRange): Promise<readonly Pane[]>;
}
