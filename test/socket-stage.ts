import { createMemoryCheckpointStore } from "#adapters/memory/checkpoint-store.ts";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryConnectionStore } from "#adapters/memory/connection-store.ts";
import { createMemoryGapStore } from "#adapters/memory/gap-store.ts";
import { createMemoryLeaseStore } from "#adapters/memory/lease-store.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { createMemoryMessageSink } from "#adapters/memory/message-sink.ts";
import { createMemoryPaneStore } from "#adapters/memory/pane-store.ts";
import { createMemoryShardStatusStore } from "#adapters/memory/shard-status.ts";
import { createMemoryStoreMarks } from "#adapters/memory/store-marks.ts";
import { createMemorySymbolRegister } from "#adapters/memory/symbol-register.ts";
import type { Pane } from "#core/pane.ts";
import type { ConnectionCloser } from "#core/ports/connection-closer.ts";
import type { Checkpoint } from "#core/ports/checkpoint-store.ts";
import type { Log } from "#core/ports/log.ts";
import { clientMessageText, type ClientMessage } from "#core/protocol/client-message.ts";
import { Register } from "#core/protocol/register.ts";
import { readServerMessage } from "#core/protocol/server-message.ts";
import { durationMs, epochMs, sequenceNumber, type EpochMs } from "#core/units.ts";
import { updateRecords } from "#core/update-record.ts";
import type { SocketEvent, UpdatesEvent } from "#lambdas/ws-broadcast/events.ts";

export const tenSecondsMs = durationMs(10_000);
export const minuteMs = durationMs(60_000);
export const fiveMinutesMs = durationMs(300_000);

/** 14:00 UTC on a trading day: the start of a window of every interval up to an hour. */
export const startMs = epochMs(Date.UTC(2013, 9, 7, 14));

/** A log that keeps its lines. */
export interface KeptLog extends Log {
  readonly lines: readonly { readonly level: string; readonly message: string; readonly fields: object }[];
}

export const createKeptLog = (): KeptLog => {
  const lines: { level: string; message: string; fields: object }[] = [];
  const keep =
    (level: string) =>
    (message: string, fields: object = {}): void =>
      void lines.push({ level, message, fields });
  return { lines, info: keep("info"), warn: keep("warn"), error: keep("error") };
};

/** Remembers whose connections were ended. */
const createKeptCloser = (): ConnectionCloser & { readonly closed: readonly string[] } => {
  const closed: string[] = [];
  return { closed, close: async (connectionId) => void closed.push(connectionId) };
};

/** The ports of the four functions behind the socket, all in memory. */
export const createSocketPorts = (clock = createManualClock(startMs)) => ({
  panes: createMemoryPaneStore(),
  checkpoints: createMemoryCheckpointStore(),
  connections: createMemoryConnectionStore(),
  symbols: createMemorySymbolRegister({ clock }),
  statuses: createMemoryShardStatusStore(),
  marks: createMemoryStoreMarks(),
  gaps: createMemoryGapStore(),
  leases: createMemoryLeaseStore(),
  sink: createMemoryMessageSink(),
  closer: createKeptCloser(),
  clock,
  log: createKeptLog(),
  meter: createMemoryMeter(),
  ticksStream: "ticks",
  source: "replay",
  maxOutOfOrdernessMs: durationMs(2_000),
  storedIntervalsMs: [tenSecondsMs, minuteMs],
  offeredIntervalsMs: [fiveMinutesMs],
});

/** A pane of the `minute`-th minute after {@link startMs}, folded from `last` trades up to position `last`. */
export const minutePane = (symbol: string, minute: number, last: number, shard = "shardId-000000000000"): Pane => {
  const windowMs = epochMs(startMs + minute * minuteMs);
  const price = { units: 18_231, scale: 2 };
  const size = { units: 1, scale: 0 };
  const print = { eventTimeMs: windowMs, sequence: 1, price, size };
  return {
    symbol,
    intervalMs: minuteMs,
    startMs: windowMs,
    shard,
    lastSequence: sequenceNumber(String(last)),
    content: {
      tradeCount: last,
      open: print,
      high: price,
      low: price,
      close: { ...print, sequence: last },
      volume: { units: BigInt(last), scale: 0 },
      priceSum: { units: 18_231n, scale: 2 },
      notional: { units: 18_231n, scale: 2 },
    },
    isCorrected: false,
  };
};

/** A checkpoint that knows of trades up to `newestEventTimeMs`. */
export const checkpointAt = (newestEventTimeMs: EpochMs, last = 1, shard = "shardId-000000000000"): Checkpoint => ({
  stream: "ticks",
  shard,
  last: sequenceNumber(String(last)),
  lastArrivalMs: newestEventTimeMs,
  seen: new Uint8Array(),
  newestEventTimeMs,
  frontierMs: newestEventTimeMs,
  counts: {
    records: 1,
    trades: 1,
    lateTrades: 0,
    correctingTrades: 0,
    duplicateFrames: 0,
    duplicateTrades: 0,
    rejected: 0,
  },
});

/** What the gateway hands over when a client sends `message`, or raw text. */
export const messageEvent = (connectionId: string, message: ClientMessage | string): SocketEvent => ({
  requestContext: { connectionId },
  body: typeof message === "string" ? message : clientMessageText(message),
});

/** What the event source mapping hands over for records of these `data`. */
export const updatesEvent = (...data: readonly Uint8Array[]): UpdatesEvent => ({
  Records: data.map((bytes, index) => ({
    eventID: `shardId-000000000000:${index}`,
    kinesis: { data: Buffer.from(bytes).toString("base64") },
  })),
});

/** One record of the bars stream with all `panes`. */
export const updatesOf = (...panes: readonly Pane[]): UpdatesEvent => updatesEvent(...updateRecords(panes));

/** What a client that got `messages` keeps. */
export const registerOf = (messages: readonly string[]): Register => {
  const register = new Register();
  for (const message of messages.map(readServerMessage)) {
    if ("panes" in message) register.apply(message.panes);
  }
  return register;
};
