import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PipelineError } from "#core/errors.ts";

export interface HealthServerOptions {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Whether the process does its work now. */
  readonly isReady: () => boolean;
  /** What it counts, as text, and the text's type. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
}

export interface HealthServer extends AsyncDisposable {
  /** Where it listens. */
  readonly port: number;
}

/**
 * Answers `/healthz` as long as the process lives, `/readyz` with 200 or 503, and `/metrics`, until it is disposed.
 * @throws PipelineError TAPE_PORT_IN_USE
 */
export const openHealthServer = async (options: HealthServerOptions): Promise<HealthServer> => {
  const server = createServer((request, response) => {
    response.setHeader("cache-control", "no-store");
    answer(options, request, response).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(`${String(error)}\n`);
    });
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: () => closeServer(server) };
};

/** @throws PipelineError TAPE_PORT_IN_USE */
export const listen = async (
  server: Server,
  { host, port }: Pick<HealthServerOptions, "host" | "port">,
): Promise<void> => {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE")) throw cause;
    const message = `port ${port} must be free, but another program listens on it`;
    throw new PipelineError("TAPE_PORT_IN_USE", message, { cause });
  }
};

/** Ends a server and all its connections. */
export const closeServer = async (server: Server): Promise<void> => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
};

const answer = async (
  { isReady, metrics }: HealthServerOptions,
  ...[request, response]: Parameters<RequestListener>
): Promise<void> => {
  const say = (status: number, text: string, type = "text/plain"): void => {
    response.writeHead(status, { "content-type": type }).end(text);
  };
  switch (request.url?.split("?")[0]) {
    case "/healthz":
      return say(200, "alive\n");
    case "/readyz":
      return isReady() ? say(200, "ready\n") : say(503, "not ready\n");
    case "/metrics": {
      const { type, text } = await metrics();
      return say(200, text, type);
    }
    default:
      return say(404, "not here\n");
  }
};
