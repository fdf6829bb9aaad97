import { once } from "node:events";
import { WebSocket } from "ws";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import type { LocalCloud } from "#local/cloud.ts";

/** Where a deployment lets clients in. */
export interface Entrance {
  /** Where tickets are asked for. */
  readonly ticketsUrl: string;
  readonly webSocketUrl: string;
}

/** The entrance of a local cloud, which has both APIs. */
export const entranceOf = ({ httpApiUrl, webSocketUrl }: LocalCloud): Entrance => ({
  ticketsUrl: `${httpApiUrl!}/tickets`,
  webSocketUrl: webSocketUrl!,
});

export interface TicketAnswer {
  readonly statusCode: number;
  /** Undefined where none was handed out. */
  readonly ticket: string | undefined;
  readonly code: string | undefined;
}

/** Asks for a ticket as a client with such headers does. */
export const askTicket = async (
  { ticketsUrl }: Entrance,
  headers: Readonly<Record<string, string>> = {},
): Promise<TicketAnswer> => {
  const response = await fetch(ticketsUrl, { method: "POST", headers });
  const body = (await response.json()) as { readonly ticket?: string; readonly code?: string };
  return { statusCode: response.status, ticket: body.ticket, code: body.code };
};

/** What became of an attempt to connect: an open socket, or the status of the refusal. */
export type Attempt = { readonly socket: WebSocket } | { readonly statusCode: number | undefined };

/** Tries to connect, offering `protocols`. */
export const tryConnect = async (
  { webSocketUrl }: Entrance,
  protocols: readonly string[],
  origin?: string,
): Promise<Attempt> => {
  const socket = new WebSocket(webSocketUrl, [...protocols], origin === undefined ? {} : { origin });
  socket.on("error", () => undefined);
  const opened = once(socket, "open").then(() => ({ socket }));
  const refused = once(socket, "unexpected-response").then(([, response]) => {
    socket.terminate();
    return { statusCode: (response as { readonly statusCode?: number }).statusCode };
  });
  opened.catch(() => undefined);
  refused.catch(() => undefined);
  return Promise.race([opened, refused]);
};

/** The status with which such a client is refused, `open` if it is not. */
export const outcomeOf = async (attempt: Promise<Attempt>): Promise<number | "open" | undefined> => {
  const result = await attempt;
  if (!("socket" in result)) return result.statusCode;
  result.socket.close();
  return "open";
};

/** Connects with a ticket of its own. @throws RangeError when that does not let it in */
export const enter = async (entrance: Entrance, headers: Readonly<Record<string, string>> = {}): Promise<WebSocket> => {
  const { ticket = "" } = await askTicket(entrance, headers);
  const attempt = await tryConnect(entrance, [SUBPROTOCOL, ticket], headers["origin"]);
  if ("socket" in attempt) return attempt.socket;
  throw new RangeError(`a ticket must let in, was refused with ${attempt.statusCode}`);
};
