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
const NOTHING = { messages: 0, bytes: 0, rows: 0 };

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
  const viewers = new Viewers();
  const histories = new Map<string, readonly Pane[]>();
  api.on("connection", (socket) => {
    const wanted = viewers.add(socket);
    socket.on("message", (data) => {
      for (const text of answersTo((data as Buffer).toString(), market, wanted, histories)) socket.send(text);
    });
  });
  const beat = (): void => {
    for (const socket of api.clients) socket.send(heartbeatText(symbolCount));
  };
  const timers = [
    setInterval(() => market.trade(nowMs()), 1_000 / tradesPerSecond),
    setInterval(() => viewers.tell(market.takeChanged()), FLUSH_MS),
    setInterval(beat, HEARTBEAT_MS),
  ];
  return {
    url: `ws://127.0.0.1:${(api.address() as { port: number }).port}/api`,
    symbols: market.symbols,
    takeSent: () => viewers.takeSent(),
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers) clearInterval(timer);
      for (const socket of api.clients) socket.terminate();
      await new Promise((resolve) => api.close(resolve));
    },
  };
};

/** Who wants what, and what they were sent. */
class Viewers {
  readonly #wants = new Map<WebSocket, Set<string>>();
  #sent = { ...NOTHING };

  /** What a socket wants, to be filled. */
  add(socket: WebSocket): Set<string> {
    const wanted = new Set<string>();
    this.#wants.set(socket, wanted);
    socket.on("close", () => this.#wants.delete(socket));
    return wanted;
  }

  tell(changed: ReadonlyMap<string, Pane>): void {
    const rows = new Map([...changed].map(([key, pane]) => [key, paneRowText(pane)]));
    for (const [socket, wanted] of this.#wants) {
      const told = [...wanted].flatMap((key) => rows.get(key) ?? []);
      const texts = told.length === 0 ? [] : updateMessages(told);
      for (const text of texts) socket.send(text);
      this.#sent.rows += told.length;
      this.#sent.messages += texts.length;
      this.#sent.bytes += texts.reduce((sum, { length }) => sum + length, 0);
    }
  }

  takeSent(): Readonly<typeof NOTHING> {
    const sent = this.#sent;
    this.#sent = { ...NOTHING };
    return sent;
  }
}

const heartbeatText = (trades: number): string =>
  heartbeatMessage({
    timeMs: nowMs(),
    watermarkMs: epochMs(nowMs() - 2_000),
    feed: "live",
    counts: { trades, late: 0, corrected: 0, duplicates: 0, rejected: 0, gaps: 0 },
    connections: 1,
  });

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
