import { createServer } from "node:http";
import { closeServer, listen } from "#adapters/node/health-server.ts";
import { isForSocket, openSite } from "#adapters/node/site.ts";
import { Sockets, type SocketRoutes } from "#adapters/ws/sockets.ts";
import { intervalText } from "#core/interval.ts";
import type { ConnectionCloser } from "#core/ports/connection-closer.ts";
import type { MessageSink } from "#core/ports/message-sink.ts";
import { createBroadcast } from "#lambdas/ws-broadcast/broadcast.ts";
import { createConnect } from "#lambdas/ws-broadcast/connect.ts";
import { createDisconnect } from "#lambdas/ws-broadcast/disconnect.ts";
import { createHeartbeat, type HeartbeatDeps } from "#lambdas/ws-broadcast/heartbeat.ts";
import { createMessage, type MessageDeps } from "#lambdas/ws-broadcast/message.ts";
import { SentUpdates } from "#lambdas/ws-broadcast/sent-updates.ts";
import type { TicketStore } from "#core/ports/ticket-store.ts";
import { kafkaOf } from "../engines.ts";
import type { RunningWorker } from "../run-worker.ts";
import { openTicketAccess } from "./access.ts";
import type { BroadcasterConfig } from "./config.ts";
import { followUpdates } from "./follow-updates.ts";

/** The stores, and what a broadcaster keeps for itself. */
export interface BroadcasterDeps
  extends
    Pick<MessageDeps, "panes" | "checkpoints" | "symbols" | "connections" | "clock" | "log">,
    Pick<HeartbeatDeps, "statuses" | "leases" | "gaps" | "meter"> {
  /** Which tickets were used, by a socket of any replica. */
  readonly tickets: TicketStore;
  /** What counts the messages that go over `sink`. */
  readonly measured: (sink: MessageSink) => MessageSink;
}

export interface BroadcasterWorker extends RunningWorker {
  /** Sockets that are open. */
  readonly connections: number;
}

/** Time for one beat of the stage's heartbeat, and for no second one. */
const ONE_BEAT = { getRemainingTimeInMillis: () => 0 };
/** Updates come as fast as trades: a line tells of so much time. */
const TELL_MS = 1_000;

/**
 * Serves the dashboard and the WebSocket API on one port: the stages behind API Gateway, on sockets of this process.
 * @throws PipelineError TAPE_STREAM_UNAVAILABLE, TAPE_PORT_IN_USE
 */
export const openBroadcaster = async (config: BroadcasterConfig, deps: BroadcasterDeps): Promise<BroadcasterWorker> => {
  const { clock, log } = deps;
  const storedIntervalsMs = config.intervals.map(({ intervalMs }) => intervalMs);
  const server = createServer();
  // Posts and routes need each other.
  const posted: MessageSink = { post: (connectionId, message) => sockets.post(connectionId, message) };
  const closer: ConnectionCloser = { close: (connectionId) => sockets.close(connectionId) };
  const stageDeps = {
    ...config,
    ...deps,
    ticksStream: config.ticksTopic,
    storedIntervalsMs,
    closer,
    sink: deps.measured(posted),
  };
  const access = config.tickets && openTicketAccess(config.tickets, deps);
  const sockets = new Sockets({
    server,
    accepts: access?.accepts ?? isForSocket,
    ...(access && { admit: access.admit }),
    routes: routesOf(stageDeps),
    connectionMs: config.connectionMs,
    onError: (error) => log.error("a socket could not be served", { error }),
  });
  const site = await openSite({ siteDir: config.siteDir, config: saidOf(config, access?.ticketsUrl) });
  server.on("request", (request, response) => {
    if (!access?.answers(request, response)) site(request, response);
  });
  const sent = new SentUpdates(log);
  const tell = createBroadcast({ ...stageDeps, onSent: (flush) => sent.add(flush) });
  const updates = await followUpdates({ ...kafkaOf(config), topic: config.barsTopic, tell, clock, log });
  await listen(server, config);
  const heart = beatUntilDisposed(createHeartbeat(stageDeps), config.heartbeatMs);
  const telling = tellUntilDisposed(sent);
  return {
    get isReady() {
      return updates.isReady;
    },
    done: updates.done,
    get connections() {
      return sockets.count;
    },
    [Symbol.asyncDispose]: async () => {
      await heart[Symbol.asyncDispose]();
      await sockets[Symbol.asyncDispose]();
      await updates[Symbol.asyncDispose]();
      telling[Symbol.dispose]();
      await closeServer(server);
    },
  };
};

/** What the page is told. */
const saidOf = (config: BroadcasterConfig, ticketsUrl: string | undefined) => {
  const { symbols, words: source, kind, connectionMs, passes } = config;
  const intervalsMs = [...config.intervals.map(({ intervalMs }) => intervalMs), ...config.offeredIntervalsMs];
  const intervals = intervalsMs.toSorted((a, b) => a - b).map(intervalText);
  return { symbols, intervals, source, kind, connectionMs, passes, ticketsUrl };
};

const tellUntilDisposed = (sent: SentUpdates): Disposable => {
  const timer = setInterval(() => sent.tell(), TELL_MS);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      sent.tell();
    },
  };
};

const routesOf = (deps: MessageDeps): SocketRoutes => {
  const [connect, message, disconnect] = [createConnect(deps), createMessage(deps), createDisconnect(deps)];
  const eventOf = (connectionId: string) => ({ requestContext: { connectionId } });
  return {
    connect: async (connectionId, principalId) => {
      await connect({ requestContext: { connectionId, ...(principalId && { authorizer: { principalId } }) } });
    },
    message: async (connectionId, body) => {
      await message({ ...eventOf(connectionId), body });
    },
    disconnect: async (connectionId) => {
      await disconnect(eventOf(connectionId));
    },
  };
};

const beatUntilDisposed = (beat: ReturnType<typeof createHeartbeat>, everyMs: number): AsyncDisposable => {
  let beating: Promise<void> = Promise.resolve();
  let isBeating = false;
  const timer = setInterval(() => {
    if (isBeating) return;
    isBeating = true;
    beating = beat(undefined, ONE_BEAT).finally(() => (isBeating = false));
  }, everyMs);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await beating;
    },
  };
};
