import type { BarContent } from "./pane.ts";
import { intervalText } from "./interval.ts";
import type { DurationMs, EpochMs } from "./units.ts";

/** The trades of one symbol in the window `[startMs, endMs)`, tumbling or sliding, added up: the fold of its panes. */
export interface Bar {
  readonly symbol: string;
  /** From start to end. */
  readonly intervalMs: DurationMs;
  /** Of a sliding window, how far it is from the next one; of a tumbling one absent. */
  readonly stepMs?: DurationMs;
  readonly startMs: EpochMs;
  /** Exclusive. */
  readonly endMs: EpochMs;
  readonly content: BarContent;
  /** Whether any of its panes was corrected. */
  readonly isCorrected: boolean;
}

/** The name of a bar's kind of window: `1m`, or `10s/5s` of a sliding one. */
export const barWindowText = ({ intervalMs, stepMs }: BarWindow): string =>
  stepMs === undefined ? intervalText(intervalMs) : `${intervalText(intervalMs)}/${intervalText(stepMs)}`;

interface BarWindow {
  readonly intervalMs: DurationMs;
  readonly stepMs?: DurationMs | undefined;
}
