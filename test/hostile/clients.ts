import { once } from "node:events";
import type { WebSocket } from "ws";
import { enter, type Entrance } from "../entrance.ts";

/** Headers of a page of the dashboard's own host. */
export const OWN_PAGE = { origin: "https://dashboard.example", "sec-fetch-site": "same-origin" } as const;

/** A client that was let in, and what it is told. */
export interface Intruder {
  readonly socket: WebSocket;
  /** Sends a text and returns the next message but heartbeats and updates. */
  ask(message: string): Promise<{ readonly type: string; readonly code?: string; readonly rows?: readonly unknown[] }>;
  /** The code with which the socket closes. */
  readonly closed: Promise<number>;
}

/** Connects with a ticket of its own. */
export const intrude = async (entrance: Entrance): Promise<Intruder> => {
  const socket = await enter(entrance);
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
