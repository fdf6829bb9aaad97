/** Ends connections from our side. */
export interface ConnectionCloser {
  /**
   * Ends a connection; one that is gone already is no error.
   * @throws PipelineError TAPE_CONNECTION_UNAVAILABLE when the gateway cannot be asked.
   */
  close(connectionId: string): Promise<void>;
}
