/**
 * The process of an observer: clients of the socket, and one who asks the store how far it is. It is apart from the
 * pipeline, so that it takes no time from it and its clock runs on while the pipeline works.
 */
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { PANE_COLUMNS } from "#core/updates.ts";
import type { Observed, ObserverStart } from "./observer-message.ts";
import { TradeAges } from "./trade-ages.ts";

const { webSocketUrl, clients, interval, checkpointsTable, ticksStream } = JSON.parse(
  process.argv[2]!,
) as ObserverStart;
const CLOSE_TIME = PANE_COLUMNS.indexOf("closeTimeMs");
const PEEK_MS = 100;

interface SocketMessage {
  readonly type: string;
  readonly rows?: readonly (readonly number[])[];
}

const messageAges: TradeAges[] = [];
const storeAges = new Map<string, TradeAges>();
let snapshotMs: number[] = [];
let [messages, bytes, openSockets] = [0, 0, 0];

const openClient = (symbols: readonly string[]): void => {
  const ages = new TradeAges();
  messageAges.push(ages);
  const socket = new WebSocket(webSocketUrl);
  let askedMs: number | undefined;
  socket.on("open", () => {
    openSockets++;
    askedMs = clock.nowMs();
    socket.send(JSON.stringify({ action: "subscribe", symbols, interval, bars: 1 }));
  });
  socket.on("close", () => openSockets--);
  socket.on("message", (data: Buffer) => {
    messages++;
    bytes += data.length;
    const nowMs = clock.nowMs();
    const { type, rows = [] } = JSON.parse(data.toString()) as SocketMessage;
    if (type === "snapshot" && askedMs !== undefined) {
      snapshotMs.push(nowMs - askedMs);
      askedMs = undefined;
    }
    if (type === "update") ages.see(Math.max(...rows.map((row) => row[CLOSE_TIME]!)), nowMs);
  });
};

const watchStore = async (): Promise<void> => {
  const checkpoints = openDynamoCheckpointStore({ table: checkpointsTable, clock });
  for (;;) {
    for (const { shard, newestEventTimeMs } of await checkpoints.list(ticksStream)) {
      const ages = storeAges.get(shard) ?? new TradeAges();
      storeAges.set(shard, ages);
      if (newestEventTimeMs !== undefined) ages.see(newestEventTimeMs, clock.nowMs());
    }
    await delay(PEEK_MS);
  }
};

const takeAll = (ages: Iterable<TradeAges>): readonly number[] => [...ages].flatMap((one) => one.take());

process.on("message", () => {
  const observed: Observed = {
    messageMs: takeAll(messageAges),
    storeMs: takeAll(storeAges.values()),
    snapshotMs,
    messages,
    bytes,
    openSockets,
  };
  snapshotMs = [];
  [messages, bytes] = [0, 0];
  process.send!(observed);
});
process.once("disconnect", () => process.exit(0));
for (const symbols of clients) openClient(symbols);
await watchStore();
