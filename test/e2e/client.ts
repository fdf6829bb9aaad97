import { once } from "node:events";
import { barRow } from "#core/bar-row.ts";
import { clientMessageText, type ResumeMessage, type SubscribeMessage } from "#core/protocol/client-message.ts";
import { Register } from "#core/protocol/register.ts";
import { readServerMessage, type ServerMessage } from "#core/protocol/server-message.ts";
import type { DurationMs } from "#core/units.ts";
import { enter, type Entrance } from "../entrance.ts";

/** A socket that keeps what it is told, as a dashboard does. */
export interface Client extends AsyncDisposable {
  readonly messages: readonly ServerMessage[];
  /** The bars that it knows, as rows of an export. */
  rows(symbol: string, intervalMs: DurationMs): readonly string[];
  /** Whether it was told that a bar was corrected. */
  isCorrected(symbol: string, intervalMs: DurationMs): boolean;
}

/** Connects with a ticket, asks, and resolves once the answer has begun. What it knew before may be handed on by `register`. */
export const openClient = async (
  entrance: Entrance,
  asked: SubscribeMessage | ResumeMessage,
  register = new Register(),
): Promise<Client> => {
  const socket = await enter(entrance);
  const messages: ServerMessage[] = [];
  socket.on("message", (data: Buffer) => {
    const message = readServerMessage(data.toString());
    messages.push(message);
    if (message.type === "snapshot" || message.type === "update") register.apply(message.panes);
  });
  socket.send(clientMessageText(asked));
  while (!messages.some(({ type }) => type === "snapshot")) await once(socket, "message");
  return {
    messages,
    rows: (symbol, intervalMs) => register.bars(symbol, intervalMs).map((bar) => barRow(bar).join(",")),
    isCorrected: (symbol, intervalMs) => register.bars(symbol, intervalMs).some(({ isCorrected }) => isCorrected),
    [Symbol.asyncDispose]: async () => {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
};
