import { readFile, readdir } from "node:fs/promises";
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from "node:http";
import { extname, join } from "node:path";
import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";

/** Where a site's socket is, on the same server. */
export const SOCKET_PATH = "/socket";

export interface SiteOptions {
  /** The folder of the built page; without one there is only what is said of the socket. */
  readonly siteDir: string | undefined;
  readonly config: Omit<DashboardConfig, "webSocketUrl">;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

/** The page runs its own scripts and styles alone, and talks to nobody but this server. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

interface ServedFile {
  readonly type: string;
  readonly body: Buffer | string;
}

/** Answers requests for the dashboard's files, which are read once, and for its `config.json`. */
export const openSite = async (options: SiteOptions): Promise<RequestListener> => {
  const files = await readFiles(options);
  return (request, response) => {
    const file = files.get(pathOf(request));
    const isRead = request.method === "GET" || request.method === "HEAD";
    const status = isRead ? (file === undefined ? 404 : 200) : 405;
    const { type, body } = status === 200 && file !== undefined ? file : { type: TYPES[".txt"]!, body: "not here\n" };
    const headers: OutgoingHttpHeaders = {
      ...SECURITY_HEADERS,
      "content-type": type,
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
    };
    response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body);
  };
};

/** Whether a request to upgrade asks for the site's socket, and comes from its own page or from no browser at all. */
export const isForSocket = (request: IncomingMessage): boolean =>
  pathOf(request) === SOCKET_PATH && isSameOrigin(request);

const readFiles = async ({ siteDir, config }: SiteOptions): Promise<ReadonlyMap<string, ServedFile>> => {
  const said: DashboardConfig = { webSocketUrl: SOCKET_PATH.slice(1), ...config };
  const files = new Map<string, ServedFile>([
    ["/config.json", { type: "application/json", body: JSON.stringify(said) }],
  ]);
  if (siteDir === undefined) return files;
  for (const name of await readdir(siteDir)) {
    const type = TYPES[extname(name)] ?? "application/octet-stream";
    files.set(`/${name}`, { type, body: await readFile(join(siteDir, name)) });
  }
  const index = files.get("/index.html");
  if (index !== undefined) files.set("/", index);
  return files;
};

const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?")[0]!;

/** Another site's page may not open sockets here; what is no browser names no origin. */
const isSameOrigin = ({ headers: { origin, host } }: IncomingMessage): boolean =>
  origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
