import type { Clock } from "#core/ports/clock.ts";
import type { ConnectionStore } from "#core/ports/connection-store.ts";
import type { Log } from "#core/ports/log.ts";
import type { MessageSink } from "#core/ports/message-sink.ts";
import { durationMs } from "#core/units.ts";
import { concurrently } from "#core/concurrently.ts";

/** As many posts are under way at once at most. */
const MAX_POSTS = 64;

/** A busy connection is asked again after each of these pauses. */
const BACKOFF_MS = [100, 200, 400].map(durationMs);

export interface DeliverDeps {
  readonly sink: MessageSink;
  readonly connections: ConnectionStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Messages for one connection, to be posted in their order. */
export interface Delivery {
  readonly connectionId: string;
  readonly messages: readonly string[];
}

/** How many connections got all their messages, were found gone, or were still busy after the last pause. */
export interface DeliveryCounts {
  readonly sent: number;
  readonly gone: number;
  readonly busy: number;
}

/**
 * Posts to every connection. One that is gone is forgotten. One that is busy waits for the next round while the others
 * get theirs; after the last round it misses what is left.
 * @throws PipelineError TAPE_CONNECTION_UNAVAILABLE or TAPE_STORE_UNAVAILABLE, after all others have been tried.
 */
export const deliver = async (deps: DeliverDeps, deliveries: readonly Delivery[]): Promise<DeliveryCounts> => {
  const counts = { sent: 0, gone: 0, busy: 0 };
  let pending = deliveries;
  for (const pauseMs of [...BACKOFF_MS, undefined]) {
    const busy: Delivery[] = [];
    await concurrently(
      pending,
      MAX_POSTS,
      async (delivery) => {
        const left = await post(deps, delivery);
        if (left === "gone") counts.gone++;
        else if (left.length === 0) counts.sent++;
        else busy.push({ ...delivery, messages: left });
      },
      { isEachTried: true },
    );
    if (busy.length === 0) return counts;
    pending = busy;
    if (pauseMs !== undefined) await deps.clock.sleep(pauseMs);
  }
  for (const { connectionId, messages } of pending) {
    deps.log.warn("a busy connection misses messages", { connectionId, messages: messages.length });
  }
  return { ...counts, busy: pending.length };
};

/** Posts until the connection is busy or gone, and returns the messages it did not take. */
const post = async (
  { sink, connections }: DeliverDeps,
  { connectionId, messages }: Delivery,
): Promise<readonly string[] | "gone"> => {
  for (const [index, message] of messages.entries()) {
    const result = await sink.post(connectionId, message);
    if (result === "busy") return messages.slice(index);
    if (result === "gone") {
      await connections.close(connectionId);
      return "gone";
    }
  }
  return [];
};
