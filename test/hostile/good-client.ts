import type { WebSocket } from "ws";
import { barRow } from "#core/bar-row.ts";
import { clientMessageText } from "#core/protocol/client-message.ts";
import { Register } from "#core/protocol/register.ts";
import { readServerMessage } from "#core/protocol/server-message.ts";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import type { DurationMs } from "#core/units.ts";
import { tryConnect, type Entrance } from "../entrance.ts";
import { OWN_PAGE } from "./clients.ts";

/** One that others must not disturb. */
export interface GoodClient {
  readonly socket: WebSocket;
  /** The bars that it has been told of, as rows of CSV. */
  rows(): readonly string[];
}

/** Connects as a page of the dashboard's own host does, with a ticket of that page, and subscribes to up to 1,000 bars of each symbol. */
export const openGoodClient = async (
  entrance: Entrance,
  ticket: string,
  symbols: readonly string[],
  intervalMs: DurationMs,
): Promise<GoodClient> => {
  const attempt = await tryConnect(entrance, [SUBPROTOCOL, ticket], OWN_PAGE.origin);
  if (!("socket" in attempt)) throw new RangeError(`a good client must be let in, was not: ${attempt.statusCode}`);
  const { socket } = attempt;
  const register = new Register();
  socket.on("message", (data: Buffer) => {
    const message = readServerMessage(data.toString());
    if (message.type === "snapshot" || message.type === "update") register.apply(message.panes);
  });
  socket.send(clientMessageText({ action: "subscribe", symbols, intervalMs, bars: 1_000 }));
  return {
    socket,
    rows: () => symbols.flatMap((symbol) => register.bars(symbol, intervalMs).map((bar) => barRow(bar).join(","))),
  };
};
