import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import type { LocalCloud } from "#local/cloud.ts";

/** Where sockets are opened, and tickets are to be had. */
export type Target = Pick<LocalCloud, "webSocketUrl" | "httpApiUrl">;

/** Headers of a page of the dashboard's own host. */
export const OWN_PAGE = { origin: "https://dashboard.example", "sec-fetch-site": "same-origin" } as const;

export interface TicketAnswer {
  readonly statusCode: number | undefined;
  /** Undefined where none was handed out. */
  readonly ticket: string | undefined;
  readonly code: string | undefined;
}

/** Asks for a ticket as a client with such headers does. */
export const askTicket = async (
  target: Target,
  headers: Readonly<Record<string, string>> = {},
): Promise<TicketAnswer> => {
  const asked = request(`${target.httpApiUrl}/tickets`, { method: "POST", headers }).end();
  const [response] = (await once(asked, "response")) as [Parameters<typeof text>[0] & { statusCode?: number }];
  const body = JSON.parse(await text(response)) as { readonly ticket?: string; readonly code?: string };
  return { statusCode: response.statusCode, ticket: body.ticket, code: body.code };
};

/** What became of an attempt to connect: an open socket, or the status of the refusal. */
export type Attempt = { readonly socket: WebSocket } | { readonly statusCode: number | undefined };

/** Tries to connect, offering `protocols`. */
export const tryConnect = async (target: Target, protocols: readonly string[], origin?: string): Promise<Attempt> => {
  const socket = new WebSocket(target.webSocketUrl!, [...protocols], origin === undefined ? {} : { origin });
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

/** A client that was let in, and what it is told. */
export interface Intruder {
  readonly socket: WebSocket;
  /** Sends a text and returns the next message but heartbeats and updates. */
  ask(message: string): Promise<{ readonly type: string; readonly code?: string; readonly rows?: readonly unknown[] }>;
  /** The code with which the socket closes. */
  readonly closed: Promise<number>;
}

/** Connects with a ticket of its own. */
export const intrude = async (target: Target): Promise<Intruder> => {
  const { ticket = "" } = await askTicket(target);
  const attempt = await tryConnect(target, [SUBPROTOCOL, ticket]);
  if (!("socket" in attempt)) throw new RangeError(`a ticket must let in, was refused with ${attempt.statusCode}`);
  const { socket } = attempt;
  type Message = Awaited<ReturnType<Intruder["ask"]>>;
  const waiting: ((message: Message) => void)[] = [];
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    if (message.type !== "heartbeat" && message.type !== "update") waiting.shift()?.(message);
  });
  return {
    socket,
    closed: once(socket, "close").then(([code]) => code as number),
    ask: (message) => {
      const { promise, resolve } = Promise.withResolvers<Message>();
      waiting.push(resolve);
      socket.send(message);
      return promise;
    },
  };
};
