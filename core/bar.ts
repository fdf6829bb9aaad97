import type { BarContent } from "./pane.ts";
import type { DurationMs, EpochMs } from "./units.ts";

/** The trades of one symbol in the window `[startMs, endMs)`, added up: the fold of its panes. */
export interface Bar {
  readonly symbol: string;
  readonly intervalMs: DurationMs;
  readonly startMs: EpochMs;
  /** Exclusive. */
  readonly endMs: EpochMs;
  readonly content: BarContent;
  /** Whether any of its panes was corrected. */
  readonly isCorrected: boolean;
}
