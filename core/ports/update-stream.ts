import type { Pane } from "../pane.ts";

/** The bars stream, as the aggregator writes it. */
export interface UpdateStream {
  /**
   * Tells receivers of changed panes; each receiver keeps the greatest `lastSequence` per key, so order and repetition
   * do not matter. Resolves when the stream has taken all. @throws PipelineError TAPE_STREAM_UNAVAILABLE
   */
  publish(panes: readonly Pane[]): Promise<void>;
}
