import { request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isForSocket, openSite, pathOf, securityHeaders, type SiteOptions } from "#adapters/node/site.ts";
import type { LoopbackServer } from "#local/loopback-server.ts";

export interface DashboardOptions extends SiteOptions {
  /** Where it listens already. */
  readonly listener: LoopbackServer;
  /** Where sockets of this server lead. */
  readonly webSocketUrl: string;
  /** Where tickets for them are handed out. @default nobody needs any */
  readonly ticketsUrl?: string;
}

export interface DashboardServer extends AsyncDisposable {
  /** Sockets that are open through this server. */
  readonly connections: number;
}

const TICKETS_PATH = "/tickets";

/**
 * Serves the dashboard, its `config.json`, the WebSocket API at `/socket` and its tickets at `/tickets`, all on one port, so
 * that the page's address stays good when the APIs come back elsewhere. Disposing ends every connection.
 */
export const serveDashboard = async (options: DashboardOptions): Promise<DashboardServer> => {
  const { server, hangUp } = options.listener;
  const { ticketsUrl, config } = options;
  const tickets = ticketsUrl === undefined ? {} : { ticketsUrl: TICKETS_PATH.slice(1) };
  const site = await openSite({ ...options, config: { ...tickets, ...config } });
  server.on("request", (request, response) => {
    if (ticketsUrl !== undefined && pathOf(request) === TICKETS_PATH) handOn(new URL(ticketsUrl), request, response);
    else site(request, response);
  });
  const sockets = new Set<Socket>();
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isForSocket(request)) socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    else tunnel(new URL(options.webSocketUrl), request, socket, head, sockets);
  });
  return {
    get connections() {
      return sockets.size;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      hangUp();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Hands a request on to another server, and its answer back, as CloudFront does on AWS. */
const handOn = (target: URL, request: IncomingMessage, response: ServerResponse): void => {
  const { method, headers } = request;
  const asked = ask(target, { method, headers: { ...headers, host: target.host } }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, { ...securityHeaders(), ...answered.headers });
    answered.pipe(response);
  });
  asked.on("error", () => response.destroy());
  request.pipe(asked);
};

/** Hands the client's socket on to the API as it is, its handshake first. */
const tunnel = (target: URL, request: IncomingMessage, client: Duplex, head: Buffer, open: Set<Socket>): void => {
  const api = connect(Number(target.port), target.hostname);
  open.add(api);
  const end = (): void => {
    open.delete(api);
    api.destroy();
    client.destroy();
  };
  for (const side of [api, client]) side.on("error", end).on("close", end);
  const headers = request.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 ? `${name}: ${all[index + 1]}` : [],
  );
  api.write(`GET ${target.pathname} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
  api.write(head);
  api.pipe(client).pipe(api);
};
