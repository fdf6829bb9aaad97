/** The bars stream, as the aggregator writes it. */
export interface UpdateStream {
  /**
   * Puts records of changed panes, see `update-record.ts`; each receiver keeps the greatest `lastSequence` per key, so order
   * and repetition do not matter. Resolves when the stream has taken all. @throws PipelineError TAPE_STREAM_UNAVAILABLE
   */
  publish(records: readonly Uint8Array[]): Promise<void>;
}
