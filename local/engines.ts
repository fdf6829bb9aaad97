import dynalite from "dynalite";
import kinesalite from "kinesalite";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";

const HOST = "127.0.0.1";
const SHARD_LIMIT = 10_000;
const DRAIN_MS = 2_000;

export interface EngineOptions {
  /** @default one that is free */
  readonly port?: number;
  /** The folder that keeps the data, made when absent; one process at a time may use it. @default in memory only */
  readonly path?: string;
}

/** An engine that answers on loopback until it is disposed. */
export interface Engine extends AsyncDisposable {
  /** Base URL for SDK clients: `http://127.0.0.1:port`. */
  readonly endpoint: string;
  readonly port: number;
}

/**
 * An embedded Kinesis. It wants HTTP/1.1 and a StreamName in every call; streams become active at once.
 * @throws PipelineError TAPE_PORT_IN_USE
 */
export const openKinesisEngine = (options: EngineOptions = {}): Promise<Engine> =>
  openEngine("kinesis", options, (path) =>
    kinesalite({ ...path, shardLimit: SHARD_LIMIT, createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0 }),
  );

/**
 * An embedded DynamoDB, without transactions, TTL and streams; tables become active at once.
 * @throws PipelineError TAPE_PORT_IN_USE
 */
export const openDynamoEngine = (options: EngineOptions = {}): Promise<Engine> =>
  openEngine("dynamodb", options, (path) =>
    dynalite({ ...path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }),
  );

const openEngine = async (
  name: string,
  { port = 0, path }: EngineOptions,
  create: (path: { readonly path?: string }) => Server,
): Promise<Engine> => {
  if (path !== undefined) await mkdir(path, { recursive: true });
  const server = create(path === undefined ? {} : { path });
  const traffic = watchTraffic(server);
  // An idle connection is the client's to close: closed from here, it could meet a request on its way.
  server.keepAliveTimeout = 0;
  try {
    await listen(server, port);
  } catch (cause) {
    // dynalite closes its store only after its server has run.
    await listen(server, 0);
    await close(server);
    if (!isSystemError(cause, "EADDRINUSE")) throw cause;
    throw new PipelineError("TAPE_PORT_IN_USE", `the ${name} port must be free, but ${HOST}:${port} is in use`, {
      cause,
    });
  }
  const bound = (server.address() as AddressInfo).port;
  let ended: Promise<void> | undefined;
  return {
    endpoint: `http://${HOST}:${bound}`,
    port: bound,
    [Symbol.asyncDispose]: () => (ended ??= traffic.end().then(() => close(server))),
  };
};

const listen = async (server: Server, port: number): Promise<void> => {
  server.listen(port, HOST);
  await once(server, "listening");
};

/** Closes the server and its store; no client may be connected. */
const close = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error instanceof Error ? reject(error) : resolve()));
  });

interface Traffic {
  /** Takes no more clients, waits for requests under way, at most `DRAIN_MS`, and hangs up on every client. */
  end(): Promise<void>;
}

/**
 * Knows the requests under way: one that met a closed store would throw out of the engine's callback. Spares the process
 * the engines' throw when a client hangs up in the middle of a request, too.
 */
const watchTraffic = (server: Server): Traffic => {
  let underWay = 0;
  let isEnding = false;
  let onIdle = (): void => undefined;
  server.on("connection", (socket) => {
    if (isEnding) socket.destroy();
  });
  server.on("request", (request, response) => {
    underWay++;
    request.removeAllListeners("error");
    request.on("error", () => undefined);
    response.once("close", () => {
      if (--underWay === 0) onIdle();
    });
  });
  return {
    end: async () => {
      isEnding = true;
      server.closeIdleConnections();
      const idle = new Promise<void>((resolve) => (onIdle = resolve));
      if (underWay > 0) await Promise.race([idle, delay(DRAIN_MS, undefined, { ref: false })]);
      server.closeAllConnections();
    },
  };
};

const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
