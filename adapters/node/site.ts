import { readFile, readdir } from "node:fs/promises";
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from "node:http";
import { join } from "node:path";
import { contentSecurityPolicyOf, PERMISSIONS_POLICY } from "#core/page-headers.ts";
import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { contentTypeOf } from "./content-types.ts";

/** Where a site's socket is, on the same server. */
export const SOCKET_PATH = "/socket";

export interface SiteOptions {
  /** The folder of the built page; without one there is only what is said of the socket. */
  readonly siteDir: string | undefined;
  readonly config: Omit<DashboardConfig, "webSocketUrl">;
  /** Origins besides its own that the page may ask for something, as an issuer of tokens. @default none */
  readonly connectOrigins?: readonly string[];
  /** By path, what is said anew for each request, as JSON. @default nothing */
  readonly answers?: Readonly<Record<string, () => unknown>>;
}

/** Those of the deployed page, which here finds its socket and tickets at its own origin. */
export const securityHeaders = (connectOrigins: readonly string[] = []) => ({
  "content-security-policy": contentSecurityPolicyOf(["'self'", ...connectOrigins]),
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": PERMISSIONS_POLICY,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
});

interface ServedFile {
  readonly type: string;
  readonly body: Buffer | string;
}

const NOT_HERE: ServedFile = { type: contentTypeOf("not-here.txt"), body: "not here\n" };

/** Answers requests for the dashboard's files, which are read once, for its `config.json`, and for what is said anew. */
export const openSite = async (options: SiteOptions): Promise<RequestListener> => {
  const files = await readFiles(options);
  const security = securityHeaders(options.connectOrigins);
  return (request, response) => {
    const said = options.answers?.[pathOf(request)];
    const file = said === undefined ? files.get(pathOf(request)) : jsonFile(said());
    const isRead = request.method === "GET" || request.method === "HEAD";
    const status = isRead ? (file === undefined ? 404 : 200) : 405;
    const { type, body } = status === 200 && file !== undefined ? file : NOT_HERE;
    const headers: OutgoingHttpHeaders = {
      ...security,
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

/** The path that a request asks for. */
export const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?")[0]!;

/** Another site's page may not open sockets here; what is no browser names no origin. */
const isSameOrigin = ({ headers: { origin, host } }: IncomingMessage): boolean =>
  origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
