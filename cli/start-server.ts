import { readFile, readdir } from "node:fs/promises";
import { request as ask, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { contentSecurityPolicyOf, PERMISSIONS_POLICY } from "#core/page-headers.ts";
import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import type { LoopbackServer } from "#local/loopback-server.ts";
import { contentTypeOf } from "./content-types.ts";

export interface DashboardOptions {
  /** Where it listens already. */
  readonly listener: LoopbackServer;
  /** The folder of the built page; without one there is only the socket and what is said of it. */
  readonly siteDir: string | undefined;
  readonly config: Omit<DashboardConfig, "webSocketUrl" | "ticketsUrl">;
  /** Where sockets of this server lead. */
  readonly webSocketUrl: string;
  /** By path, what is said anew for each request, as JSON. @default nothing */
  readonly answers?: Readonly<Record<string, () => unknown>>;
  /** Where tickets for them are handed out. @default nobody needs any */
  readonly ticketsUrl?: string;
}

export interface DashboardServer extends AsyncDisposable {
  /** Sockets that are open through this server. */
  readonly connections: number;
}

const SOCKET_PATH = "/socket";
const TICKETS_PATH = "/tickets";

/** Those of the deployed page, but that it talks to nobody except this server. */
const SECURITY_HEADERS = {
  "content-security-policy": contentSecurityPolicyOf(["'self'"]),
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": PERMISSIONS_POLICY,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/**
 * Serves the dashboard, its `config.json`, the WebSocket API at `/socket` and its tickets at `/tickets`, all on one port, so
 * that the page's address stays good when the APIs come back elsewhere. Disposing ends every connection.
 */
export const serveDashboard = async (options: DashboardOptions): Promise<DashboardServer> => {
  const { server } = options.listener;
  const files = await readFiles(options);
  const sockets = new Set<Socket>();
  server.on("request", (request, response) => {
    const { answers = {}, ticketsUrl } = options;
    const path = pathOf(request);
    const said = answers[path];
    if (ticketsUrl !== undefined && path === TICKETS_PATH) handOn(new URL(ticketsUrl), request, response);
    else answer(said === undefined ? files.get(path) : jsonFile(said()), request, response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (pathOf(request) !== SOCKET_PATH || !isSameOrigin(request)) socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
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

interface ServedFile {
  readonly type: string;
  readonly body: Buffer | string;
}

const readFiles = async ({
  siteDir,
  config,
  ticketsUrl,
}: DashboardOptions): Promise<ReadonlyMap<string, ServedFile>> => {
  const said: DashboardConfig = {
    webSocketUrl: SOCKET_PATH.slice(1),
    ...(ticketsUrl === undefined ? {} : { ticketsUrl: TICKETS_PATH.slice(1) }),
    ...config,
  };
  const files = new Map<string, ServedFile>([["/config.json", jsonFile(said)]]);
  if (siteDir === undefined) return files;
  for (const name of await readdir(siteDir)) {
    files.set(`/${name}`, { type: contentTypeOf(name), body: await readFile(join(siteDir, name)) });
  }
  const index = files.get("/index.html");
  if (index !== undefined) files.set("/", index);
  return files;
};

const jsonFile = (value: unknown): ServedFile => ({ type: contentTypeOf("config.json"), body: JSON.stringify(value) });

const answer = (file: ServedFile | undefined, request: IncomingMessage, response: ServerResponse): void => {
  const isRead = request.method === "GET" || request.method === "HEAD";
  const status = isRead ? (file === undefined ? 404 : 200) : 405;
  const { type, body } =
    status === 200 && file !== undefined ? file : { type: contentTypeOf("not-here.txt"), body: "not here\n" };
  const headers: OutgoingHttpHeaders = {
    ...SECURITY_HEADERS,
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  };
  response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body);
};

const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?")[0]!;

/** Another site's page may not open sockets here; what is no browser names no origin. */
const isSameOrigin = ({ headers: { origin, host } }: IncomingMessage): boolean =>
  origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);

/** Hands a request on to another server, and its answer back, as CloudFront does on AWS. */
const handOn = (target: URL, request: IncomingMessage, response: ServerResponse): void => {
  const { method, headers } = request;
  const asked = ask(target, { method, headers: { ...headers, host: target.host } }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, { ...SECURITY_HEADERS, ...answered.headers });
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
