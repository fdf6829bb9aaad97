import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import { windowStart } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import { readClientMessage, type ClientMessage } from "#core/protocol/client-message.ts";
import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import type { OperationsHead, ShardOperations } from "#core/protocol/operations.ts";
import {
  heartbeatMessage,
  operationsMessages,
  pongMessage,
  snapshotMessages,
  symbolsMessages,
  updateMessages,
} from "#core/protocol/server-message.ts";
import { durationMs, epochMs, type DurationMs } from "#core/units.ts";
import { paneRowText } from "#core/updates.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { serveDashboard } from "../cli/start-server.ts";
import { pane } from "./pane-fixture.ts";
import { statusOf, type GivenStatus } from "./status-fixture.ts";

/** What a test says of how the pipeline works. */
export interface GivenOperations {
  readonly head: Partial<OperationsHead>;
  readonly shards: readonly ShardOperations[];
}

/** The page with a server behind it that knows some symbols and says what a test wants. */
export interface PageServer extends AsyncDisposable {
  readonly url: string;
  /** The symbols that the server says it knows, beside those with bars. */
  readonly known: string[];
  /** What clients sent since the last call. */
  taken(): readonly ClientMessage[];
  /** Tells every connection how the pipeline stands. */
  beat(status: GivenStatus): void;
  /** Answers from now on that the pipeline works so. */
  works(operations: Partial<GivenOperations>): void;
  /** Tells every connection of panes that changed. */
  tell(panes: readonly Pane[]): void;
  /** What it says was injected on purpose, where its page asks for that. */
  readonly faults: { readonly kind: string; readonly atMs: number }[];
  /** Tells every connection this, whatever it is. */
  say(text: string): void;
  /** Ends every connection, and takes new ones or not. */
  isAnswering: boolean;
}

/** What a server knows. */
export interface PageMarket {
  /** Those with trades. */
  readonly symbols: readonly string[];
  /** The stored panes that the last `bars` bars of `symbol` are folded from. @default half an hour, whatever is asked for */
  readonly panesOf: (symbol: string, intervalMs: DurationMs, bars: number) => readonly Pane[];
}

const TEN_SECONDS = durationMs(10_000);
const BARS = 180;
const MARKET: PageMarket = {
  symbols: ["AIG", "BAC", "IBM", "SPY"],
  panesOf: (symbol) => recentPanes(symbol, BARS),
};

/** A while until now of trades of `symbol`, one each ten seconds. */
export const recentPanes = (symbol: string, bars: number): readonly Pane[] => {
  const lastMs = windowStart(epochMs(Date.now()), TEN_SECONDS);
  return Array.from({ length: bars }, (_, index) =>
    pane({
      symbol,
      intervalMs: TEN_SECONDS,
      startMs: lastMs - (bars - 1 - index) * TEN_SECONDS,
      last: 1 + index + (index % 7),
    }),
  );
};

/** What the server answers from. */
interface Known extends PageMarket {
  readonly known: readonly string[];
  readonly operations: GivenOperations;
}

const answersTo = (message: ClientMessage, { symbols, known, panesOf, operations }: Known): readonly string[] => {
  switch (message.action) {
    case "subscribe":
    case "resume": {
      const { intervalMs, bars } = message;
      const traded = message.symbols.filter((symbol) => symbols.includes(symbol));
      const panes = traded.flatMap((symbol) => panesOf(symbol, intervalMs, bars));
      const head = { ...message, fromMs: epochMs(0), upTo: new Map(), isRest: false };
      return snapshotMessages(head, panes);
    }
    case "symbols":
      return symbolsMessages(
        [...symbols, ...known].map((symbol) => ({ symbol, seenMs: epochMs(0), isWatched: false })),
      );
    case "watch":
    case "unwatch":
      return symbolsMessages(
        message.symbols.map((symbol) => {
          const isTraded = symbols.includes(symbol) || known.includes(symbol);
          return { symbol, seenMs: isTraded ? epochMs(0) : undefined, isWatched: true };
        }),
      );
    case "ping":
      return [pongMessage(epochMs(Date.now()))];
    case "operations":
      return operationsMessages(
        { timeMs: epochMs(Date.now()), source: undefined, gapNoticedMs: undefined, ...operations.head },
        operations.shards,
      );
    case "unsubscribe":
      return [];
    default:
      return message satisfies never;
  }
};

/** Serves the built page and its socket until disposed. `config` says what else the page is told. */
export const openPageServer = async (
  config: Partial<DashboardConfig> = {},
  setting: Partial<PageMarket> = {},
): Promise<PageServer> => {
  const market = { ...MARKET, ...setting };
  const known = ["MSFT"];
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  const siteDir = await buildWeb({ outDir: join(folder, "web") });
  await endBuilder();
  const api = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/api" });
  await once(api, "listening");
  const taken: ClientMessage[] = [];
  let isAnswering = true;
  const faults: PageServer["faults"] = [];
  let operations: GivenOperations = { head: {}, shards: [] };
  api.on("connection", (socket: WebSocket) => {
    if (!isAnswering) return socket.terminate();
    socket.on("message", (data) => {
      const reading = readClientMessage((data as Buffer).toString());
      if (reading.kind === "fault") throw new RangeError(reading.message);
      taken.push(reading.message);
      for (const answer of answersTo(reading.message, { ...market, known, operations })) socket.send(answer);
    });
  });
  const listener = await openLoopbackServer(0);
  const dashboard = await serveDashboard({
    listener,
    siteDir,
    webSocketUrl: `ws://127.0.0.1:${(api.address() as { port: number }).port}/api`,
    config: {
      symbols: market.symbols,
      intervals: ["10s", "1m", "5m"],
      source: "trades of a test",
      connectionMs: durationMs(7_200_000),
      ...config,
    },
    answers: { "/faults.json": () => ({ again: "npm run chaos -- --seed 1", faults }) },
  });
  const drop = (): void => {
    for (const socket of api.clients) socket.terminate();
  };
  return {
    url: `http://localhost:${listener.host.split(":")[1]}/`,
    known,
    taken: () => taken.splice(0),
    beat: (status) => {
      for (const socket of api.clients) socket.send(heartbeatMessage(statusOf(status)));
    },
    tell: (panes) => {
      for (const text of updateMessages(panes.map(paneRowText), epochMs(Date.now())))
        for (const socket of api.clients) socket.send(text);
    },
    faults,
    works: (given) => {
      operations = { ...operations, ...given };
    },
    say: (text) => {
      for (const socket of api.clients) socket.send(text);
    },
    get isAnswering() {
      return isAnswering;
    },
    set isAnswering(answers) {
      isAnswering = answers;
      if (!answers) drop();
    },
    [Symbol.asyncDispose]: async () => {
      await dashboard[Symbol.asyncDispose]();
      drop();
      api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
