import type { Readings } from "../readings.ts";

/** Tells numbers to whoever watches the pipeline. */
export interface Meter {
  /**
   * Tells what one piece of work came to, an invocation or a batch, once it has succeeded. Never throws: what cannot be
   * told, as `tellable` has it, is left out, and fails no work.
   */
  emit(readings: Readings): void;
}
