import type { MessageSink, PostResult } from "#core/ports/message-sink.ts";

/** A message sink that keeps what was sent. */
export interface MemoryMessageSink extends MessageSink {
  /** The messages that a connection got, oldest first. */
  sent(connectionId: string): readonly string[];

  /** From now on posts to the connection come to `result`. Connections are there until said to be gone. */
  answer(connectionId: string, result: PostResult): void;
}

/** Sockets in memory, to be looked at. */
export const createMemoryMessageSink = (): MemoryMessageSink => {
  const sent = new Map<string, string[]>();
  const answers = new Map<string, PostResult>();
  return {
    post: async (connectionId, message) => {
      const result = answers.get(connectionId) ?? "sent";
      if (result === "sent") sent.set(connectionId, [...(sent.get(connectionId) ?? []), message]);
      return result;
    },
    sent: (connectionId) => sent.get(connectionId) ?? [],
    answer: (connectionId, result) => {
      answers.set(connectionId, result);
    },
  };
};
