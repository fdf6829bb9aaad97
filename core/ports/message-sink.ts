/** What became of a message: delivered to the gateway, the connection is gone, or it cannot take more right now. */
export type PostResult = "sent" | "gone" | "busy";

/** Sends messages to sockets. */
export interface MessageSink {
  /**
   * Posts one text message of at most 32 KB to one connection.
   * @throws PipelineError TAPE_CONNECTION_UNAVAILABLE when the gateway cannot be asked.
   */
  post(connectionId: string, message: string): Promise<PostResult>;
}
