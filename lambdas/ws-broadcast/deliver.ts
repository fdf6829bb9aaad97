import type { Clock } from "#core/ports/clock.ts";
import type { ConnectionStore } from "#core/ports/connection-store.ts";
import type { Log } from "#core/ports/log.ts";
import type { MessageSink, PostResult } from "#core/ports/message-sink.ts";
import { durationMs } from "#core/units.ts";

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
  /** Whether it may be that it is not open yet. @default false */
  readonly isOpening?: boolean;
}

/**
 * How many connections got all their messages, were found gone, or were still busy after the last pause; and how many messages
 * the gateway took.
 */
export interface DeliveryCounts {
  readonly sent: number;
  readonly gone: number;
  readonly busy: number;
  readonly posts: number;
}

/** Nobody wants to know. */
const NOBODY = (): void => undefined;

/**
 * Posts to every connection. One that is gone is forgotten, but one that may not be open yet is said to be gone, too, and is
 * taken for a busy one. One that is busy is offered the rest after each pause, which holds up no other; after the last it
 * misses what is left, and `onBusy` is told.
 * Source: https://repost.aws/knowledge-center/410-gone-api-gateway
 * @throws PipelineError TAPE_CONNECTION_UNAVAILABLE or TAPE_STORE_UNAVAILABLE, after all others have been tried.
 */
export const deliver = async (
  deps: DeliverDeps,
  deliveries: readonly Delivery[],
  onBusy: (connectionId: string) => void = NOBODY,
): Promise<DeliveryCounts> => {
  const counts = { sent: 0, gone: 0, busy: 0, posts: 0 };
  const post: MessageSink["post"] = async (connectionId, message) => {
    const result = await deps.sink.post(connectionId, message);
    if (result === "sent") counts.posts++;
    return result;
  };
  const counting = { ...deps, sink: { post } };
  const queue = createQueue(MAX_POSTS);
  const attempts = await Promise.allSettled(
    deliveries.map(async (delivery) => {
      const result = await deliverOne(counting, queue, delivery);
      counts[result]++;
      if (result === "busy") onBusy(delivery.connectionId);
    }),
  );
  for (const attempt of attempts) if (attempt.status === "rejected") throw attempt.reason;
  return counts;
};

const deliverOne = async (
  deps: DeliverDeps,
  queue: Queue,
  { connectionId, messages, isOpening = false }: Delivery,
): Promise<PostResult> => {
  let left = messages;
  for (const pauseMs of [...BACKOFF_MS, undefined]) {
    const rest = await queue.run(() => post(deps, { connectionId, messages: left, isOpening }));
    if (rest === "gone") return "gone";
    if (rest.length === 0) return "sent";
    left = rest;
    if (pauseMs !== undefined) await deps.clock.sleep(pauseMs);
  }
  if (!isOpening) deps.log.warn("a busy connection misses messages", { connectionId, messages: left.length });
  return "busy";
};

/** Posts until the connection is busy or gone, and returns the messages it did not take. */
const post = async (
  { sink, connections }: DeliverDeps,
  { connectionId, messages, isOpening }: Required<Delivery>,
): Promise<readonly string[] | "gone"> => {
  for (const [index, message] of messages.entries()) {
    const result = await sink.post(connectionId, message);
    if (result === "busy" || (result === "gone" && isOpening)) return messages.slice(index);
    if (result === "gone") {
      await connections.close(connectionId);
      return "gone";
    }
  }
  return [];
};

/** Runs what it is given in the order in which it came, so much at once and no more. */
interface Queue {
  run<Result>(action: () => Promise<Result>): Promise<Result>;
}

const createQueue = (limit: number): Queue => {
  let free = limit;
  const waiting: (() => void)[] = [];
  let first = 0;
  return {
    run: async (action) => {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await action();
      } finally {
        const next = waiting[first];
        if (next === undefined) free++;
        else {
          first++;
          next();
        }
      }
    },
  };
};
