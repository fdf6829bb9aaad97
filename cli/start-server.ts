import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isForSocket, openSite, type SiteOptions } from "#adapters/node/site.ts";
import type { LoopbackServer } from "#local/loopback-server.ts";

export interface DashboardOptions extends SiteOptions {
  /** Where it listens already. */
  readonly listener: LoopbackServer;
  /** Where sockets of this server lead. */
  readonly webSocketUrl: string;
}

export interface DashboardServer extends AsyncDisposable {
  /** Sockets that are open through this server. */
  readonly connections: number;
}

/**
 * Serves the dashboard, its `config.json`, and the WebSocket API below `/socket`, all on one port, so that the page's address
 * stays good when the API comes back elsewhere. Disposing ends every connection.
 */
export const serveDashboard = async (options: DashboardOptions): Promise<DashboardServer> => {
  const { server } = options.listener;
  server.on("request", await openSite(options));
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
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
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
