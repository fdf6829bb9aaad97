import { once } from "node:events";
import { WebSocketServer, type WebSocket } from "ws";
import { storedIntervalFor } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import { readClientMessage, type SubscribeMessage } from "#core/protocol/client-message.ts";
import { heartbeatMessage, pongMessage, snapshotMessages, updateMessages } from "#core/protocol/server-message.ts";
import { durationMs, epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { paneRowText } from "#core/updates.ts";
import { DashboardMarket } from "./dashboard-market.ts";

const STORED_MS = [10_000, 60_000].map(durationMs);
/** The broadcaster tells its connections about so often. */
const FLUSH_MS = 250;
const HEARTBEAT_MS = 1_000;

/** A WebSocket API that speaks the protocol and tells of a market in which each symbol trades some times a second. */
export interface DashboardFeed extends AsyncDisposable {
  readonly url: string;
  readonly symbols: readonly string[];
  /** What was sent since the last call. */
  takeSent(): { readonly messages: number; readonly bytes: number; readonly rows: number };
}

export interface FeedOptions {
  readonly symbolCount: number;
  readonly tradesPerSecond: number;
}

/** Begins at once, and ends when it is disposed of. */
export const openDashboardFeed = async ({ symbolCount, tradesPerSecond }: FeedOptions): Promise<DashboardFeed> => {
  const market = new DashboardMarket(symbolCount, STORED_MS);
  market.trade(nowMs());
  const api = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/api" });
  await once(api, "listening");
  const wants = new Map<WebSocket, Set<string>>();
  const histories = new Map<string, readonly Pane[]>();
  let sent = { messages: 0, bytes: 0, rows: 0 };
  api.on("connection", (socket) => {
    const wanted = new Set<string>();
    wants.set(socket, wanted);
    socket.on("close", () => wants.delete(socket));
    socket.on("message", (data) => {
      for (const text of answersTo((data as Buffer).toString(), market, wanted, histories)) socket.send(text);
    });
  });
  const flush = (): void => {
    const rows = new Map([...market.takeChanged()].map(([key, pane]) => [key, paneRowText(pane)]));
    for (const [socket, wanted] of wants) {
      const told = [...wanted].flatMap((key) => rows.get(key) ?? []);
      if (told.length === 0) continue;
      sent.rows += told.length;
      for (const text of updateMessages(told)) {
        socket.send(text);
        sent = { ...sent, messages: sent.messages + 1, bytes: sent.bytes + text.length };
      }
    }
  };
  const beat = (): void => {
    const counts = { trades: symbolCount, late: 0, corrected: 0, duplicates: 0, rejected: 0, gaps: 0 };
    const text = heartbeatMessage({
      timeMs: nowMs(),
      watermarkMs: epochMs(nowMs() - 2_000),
      feed: "live",
      counts,
      connections: 1,
    });
    for (const socket of api.clients) socket.send(text);
  };
  const timers = [
    setInterval(() => market.trade(nowMs()), 1_000 / tradesPerSecond),
    setInterval(flush, FLUSH_MS),
    setInterval(beat, HEARTBEAT_MS),
  ];
  return {
    url: `ws://127.0.0.1:${(api.address() as { port: number }).port}/api`,
    symbols: market.symbols,
    takeSent: () => {
      const taken = sent;
      sent = { messages: 0, bytes: 0, rows: 0 };
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers) clearInterval(timer);
      for (const socket of api.clients) socket.terminate();
      await new Promise((resolve) => api.close(resolve));
    },
  };
};

/** What answers a client's message; `wanted` is told what it subscribes to. */
const answersTo = (
  text: string,
  market: DashboardMarket,
  wanted: Set<string>,
  histories: Map<string, readonly Pane[]>,
): readonly string[] => {
  const reading = readClientMessage(text);
  if (reading.kind === "fault") throw new RangeError(reading.message);
  const { message } = reading;
  switch (message.action) {
    case "subscribe":
    case "resume": {
      const { intervalMs, symbols } = message;
      const storedMs = storedIntervalFor(intervalMs, STORED_MS)!;
      for (const symbol of symbols) wanted.add(`${storedMs}|${symbol}`);
      const windows = Math.ceil((message.bars * intervalMs) / storedMs);
      const panes = symbols.flatMap((symbol) => historyOf(market, symbol, storedMs, windows, histories));
      return snapshotMessages({ ...message, fromMs: fromMsOf(message), upTo: new Map(), isRest: false }, panes);
    }
    case "unsubscribe":
      for (const symbol of message.symbols)
        wanted.delete(`${storedIntervalFor(message.intervalMs, STORED_MS)}|${symbol}`);
      return [];
    case "ping":
      return [pongMessage()];
    default:
      return [];
  }
};

/** Made once for all rounds: an answer is to take the page time, not this. */
const historyOf = (
  market: DashboardMarket,
  symbol: string,
  storedMs: DurationMs,
  windows: number,
  histories: Map<string, readonly Pane[]>,
): readonly Pane[] => {
  const key = `${storedMs}|${windows}|${symbol}`;
  const known = histories.get(key) ?? market.history(symbol, storedMs, windows, nowMs());
  histories.set(key, known);
  return known;
};

const fromMsOf = ({ bars, intervalMs }: Pick<SubscribeMessage, "bars" | "intervalMs">): EpochMs =>
  epochMs(Math.floor(nowMs() / intervalMs) * intervalMs - (bars - 1) * intervalMs);

const nowMs = (): EpochMs => epochMs(Date.now());
