import { PipelineError } from "#core/errors.ts";
import { intervalText, storedIntervalFor, windowStart } from "#core/interval.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { ConnectionCloser } from "#core/ports/connection-closer.ts";
import type { Subscription } from "#core/ports/connection-store.ts";
import type { SymbolRegister } from "#core/ports/symbol-register.ts";
import {
  CLIENT_LIMITS,
  MESSAGES_WINDOW_MS,
  readClientMessage,
  type ResumeMessage,
  type SubscribeMessage,
  type UnsubscribeMessage,
  type WatchMessage,
} from "#core/protocol/client-message.ts";
import { errorMessage, pongMessage, symbolsMessages } from "#core/protocol/server-message.ts";
import type { DurationMs } from "#core/units.ts";
import { MAX_WATCHED } from "#core/watch-list.ts";
import { deliver, type DeliverDeps } from "./deliver.ts";
import type { SocketEvent, SocketResponse } from "./events.ts";
import { readOperations, type OperationsDeps } from "./operations.ts";
import { createSnapshots, type ReadSnapshot, type SnapshotDeps } from "./snapshot.ts";

export interface MessageDeps extends DeliverDeps, SnapshotDeps, OperationsDeps {
  readonly clock: Clock;
  readonly closer: ConnectionCloser;
  readonly symbols: SymbolRegister;
  readonly storedIntervalsMs: readonly DurationMs[];
  readonly offeredIntervalsMs: readonly DurationMs[];
}

/** An answer to `symbols` names so many at most, in some 10 messages. */
export const MAX_LISTED = 10_000;

/**
 * Obeys one message of a client and posts the answer, if there is one. What cannot be obeyed is answered with an `error`
 * message; the connection stays, unless it sends too many.
 */
export const createMessage = (given: MessageDeps) => {
  const deps = { ...given, readSnapshot: createSnapshots(given) };
  return async ({ requestContext, body }: SocketEvent): Promise<SocketResponse> => {
    const { connectionId } = requestContext;
    const count = await countOf(deps, connectionId);
    if (count > CLIENT_LIMITS.messages) {
      await turnOut(deps, connectionId, count);
      return { statusCode: 200 };
    }
    const messages = await answer(deps, connectionId, body ?? "");
    await deliver(deps, [{ connectionId, messages }]);
    return { statusCode: 200 };
  };
};

interface AnswerDeps extends MessageDeps {
  readonly readSnapshot: ReadSnapshot;
}

/** How many messages there were of late. A store that cannot count them obeys none of them either. */
const countOf = async ({ connections, clock, log }: MessageDeps, connectionId: string): Promise<number> => {
  try {
    return await connections.countMessage(connectionId, windowStart(clock.nowMs(), MESSAGES_WINDOW_MS));
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    log.error("a client's message could not be counted", { connectionId, code: error.code, error });
    return 0;
  }
};

/** Says why and ends the connection, once; what it sent before it heard of that is passed over. */
const turnOut = async (deps: MessageDeps, connectionId: string, count: number): Promise<void> => {
  if ((count - 1) % CLIENT_LIMITS.messages !== 0) return;
  const code = "too-many-messages";
  const limit = `${CLIENT_LIMITS.messages} in ${MESSAGES_WINDOW_MS / 1_000} seconds`;
  deps.log.warn("a client sent too many messages, and is turned out", { connectionId, code, count });
  const message = errorMessage({ code, message: `messages must be at most ${limit}, were more` });
  await deliver(deps, [{ connectionId, messages: [message] }]);
  await deps.closer.close(connectionId);
};

const answer = async (deps: AnswerDeps, connectionId: string, text: string): Promise<readonly string[]> => {
  const reading = readClientMessage(text);
  if (reading.kind === "fault") return [errorMessage(reading)];
  try {
    switch (reading.message.action) {
      case "subscribe":
      case "resume":
        return await subscribe(deps, connectionId, reading.message);
      case "unsubscribe":
        await deps.connections.unsubscribe(subscriptionsOf(connectionId, reading.message));
        return [];
      case "symbols":
        return symbolsMessages(await deps.symbols.list(MAX_LISTED));
      case "watch":
      case "unwatch":
        return await watch(deps, reading.message);
      case "ping":
        return [pongMessage(deps.clock.nowMs())];
      case "operations":
        return await readOperations(deps);
      default:
        return reading.message satisfies never;
    }
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    deps.log.error("a client's message could not be obeyed", { connectionId, code: error.code, error });
    return [errorMessage({ code: "unavailable", message: "the store must answer, did not; try again" })];
  }
};

/**
 * An aggregator stores panes (a), then publishes them (b); the broadcaster, each time it got some, asks who wants what (c).
 * Here, the subscription is recorded (1) before the snapshot is read (2), so that no pane falls between:
 *
 *     a ── b ── c ──            c before 1: a is before 2, and the snapshot has the pane
 *                  1 ── 2
 *     a ── b ─────── c          c after 1: the connection gets the update
 *          1 ── 2
 *
 * A broadcaster that kept an earlier c would break it, for then 1 and 2 fit between c and a.
 */
const subscribe = async (
  deps: AnswerDeps,
  connectionId: string,
  message: SubscribeMessage | ResumeMessage,
): Promise<readonly string[]> => {
  const { storedIntervalsMs, offeredIntervalsMs } = deps;
  const known = [...storedIntervalsMs, ...offeredIntervalsMs];
  const storedMs = storedIntervalFor(message.intervalMs, storedIntervalsMs);
  if (!known.includes(message.intervalMs) || storedMs === undefined) {
    const names = known.map(intervalText).join(", ");
    const wanted = intervalText(message.intervalMs);
    return [errorMessage({ code: "unknown-interval", message: `interval must be one of ${names}, was ${wanted}` })];
  }
  if (!(await deps.connections.subscribe(subscriptionsOf(connectionId, message)))) {
    const limit = `a connection must have at most ${CLIENT_LIMITS.subscriptions} subscriptions`;
    return [errorMessage({ code: "too-many-subscriptions", message: `${limit}, would have more` })];
  }
  return deps.readSnapshot(message, storedMs);
};

const watch = async (
  { symbols: register }: MessageDeps,
  { action, symbols }: WatchMessage,
): Promise<readonly string[]> => {
  if (action === "unwatch") await register.unwatch(symbols);
  else if (!(await register.watch(symbols))) {
    const limit = `at most ${MAX_WATCHED} symbols must be watched, for all clients together`;
    return [errorMessage({ code: "too-many-watched", message: `${limit}, would be more` })];
  }
  return symbolsMessages(await register.get(symbols));
};

const subscriptionsOf = (
  connectionId: string,
  { symbols, intervalMs }: SubscribeMessage | ResumeMessage | UnsubscribeMessage,
): readonly Subscription[] => symbols.map((symbol) => ({ connectionId, symbol, intervalMs }));
