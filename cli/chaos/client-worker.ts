/** A dashboard without a page: the page's own feed on a socket of `ws`, in a thread of its own. */
import { parentPort, workerData } from "node:worker_threads";
import { WebSocket } from "ws";
import { barRow } from "#core/bar-row.ts";
import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";
import { SOCKET_LIMITS } from "#core/protocol/socket-limits.ts";
import type { DurationMs, EpochMs } from "#core/units.ts";
import { Feed } from "../../web/feed.ts";
import type { Socket } from "../../web/session.ts";
import type { Wish } from "../../web/wish.ts";
import type { ClientAnswer, ClientQuestion, ClientStart, ClientStatus } from "./client-messages.ts";

const { webSocketUrl, symbols, intervalsMs } = workerData as ClientStart;
let [sockets, faults] = [0, 0];

const feed = new Feed({
  openSocket: () => {
    sockets++;
    return openSocket();
  },
  connectionMs: SOCKET_LIMITS.connectionMs,
  onChange: () => undefined,
  onFault: () => faults++,
  onSymbols: () => undefined,
});

const openSocket = (): Socket => {
  const socket = new WebSocket(webSocketUrl);
  // A close follows, and that is what the feed goes by.
  socket.on("error", () => undefined);
  return socket as unknown as Socket;
};

const wishesOf = (): readonly Wish[] => {
  const size = CLIENT_LIMITS.symbols;
  const groups = Array.from({ length: Math.ceil(symbols.length / size) }, (_, i) =>
    symbols.slice(i * size, (i + 1) * size),
  );
  return intervalsMs.flatMap((intervalMs) =>
    groups.map((group) => ({ symbols: group, intervalMs, bars: CLIENT_LIMITS.bars })),
  );
};

const statusOf = (): ClientStatus => ({
  sockets,
  faults,
  isWhole: feed.state.kind === "live" && !feed.isAwaiting,
  standing: [
    feed.state.kind,
    feed.isAwaiting && "awaiting answers",
    feed.trouble && `last trouble: ${feed.trouble.kind}`,
  ]
    .filter(Boolean)
    .join(", "),
});

const barCount = (): number =>
  new Set(feed.register.panes().map(({ symbol, intervalMs, startMs }) => `${intervalMs}|${startMs}|${symbol}`)).size;

const rowsFrom = (from: ReadonlyMap<DurationMs, EpochMs>): readonly string[] =>
  [...from].flatMap(([intervalMs, fromMs]) =>
    symbols.flatMap((symbol) =>
      feed.register
        .bars(symbol, intervalMs)
        .filter(({ startMs }) => startMs >= fromMs)
        .map((bar) => barRow(bar).join(",")),
    ),
  );

const answerTo = (question: ClientQuestion): ClientAnswer => {
  const { id } = question;
  switch (question.kind) {
    case "status":
      return { id, status: statusOf() };
    case "bars":
      return { id, bars: barCount() };
    case "rows":
      return { id, rows: rowsFrom(question.from) };
    default:
      return question satisfies never;
  }
};

feed.wish(wishesOf());
parentPort?.on("message", (question: ClientQuestion) => parentPort?.postMessage(answerTo(question)));
