import type { Bar } from "../bar.ts";

/** Where final bars go, for whoever reads them elsewhere. */
export interface BarSink {
  /**
   * Hands over bars that are final, ordered by (startMs, symbol). One may come again: when a process ends at the wrong
   * moment, or when a late trade corrected it; symbol and window say which it is. Resolves when all are taken.
   * @throws PipelineError TAPE_STREAM_UNAVAILABLE or TAPE_STORE_UNAVAILABLE
   */
  publish(bars: readonly Bar[]): Promise<void>;
}
