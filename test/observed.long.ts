import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { openKinesisClient } from "#adapters/kinesis/client.ts";
import { openKinesisShardReader } from "#adapters/kinesis/shard-reader.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { encodeFrame } from "#core/frame/encode.ts";
import { readFrame } from "#core/frame/read.ts";
import { windowOf } from "#core/interval.ts";
import { METRICS, METRICS_NAMESPACE, type MetricName } from "#core/metrics.ts";
import { clientMessageText } from "#core/protocol/client-message.ts";
import { readServerMessage, type ServerMessage } from "#core/protocol/server-message.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import type { Trade } from "#core/trade.ts";
import { BEYOND_ALL, durationMs, epochMs, type EpochMs } from "#core/units.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { readConfig as readBroadcastConfig } from "#lambdas/ws-broadcast/config.ts";
import { openLocalCloud, type CloudEvent, type LocalCloud } from "#local/cloud.ts";
import { assemble, type Assembly } from "../cli/assemble.ts";
import { aggregatorEnvironment } from "../cli/running.ts";

const TRADES = 600;
const SOURCE = `sim:?seed=7&symbols=IBM,SPY&rate=300&trades=${TRADES}`;
const tenSeconds = durationMs(10_000);

let assembly: Assembly;
let cloud: LocalCloud;
const events: CloudEvent[] = [];

beforeAll(async () => {
  const settings = { source: SOURCE, shards: "1", arrivalWindowSeconds: "2", access: "public", intervals: "10s:7d" };
  assembly = await assemble({ ...settings, offeredIntervals: "1m" });
  cloud = await openLocalCloud({
    assemblyDir: assembly.dir,
    schedules: false,
    onEvent: (event) => events.push(event),
  });
  Object.assign(process.env, cloud.environment);
  await shrinkState();
}, 120_000);

afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await assembly[Symbol.asyncDispose]();
});

const config = () => readConfig(aggregatorEnvironment(cloud));

/** The values told of each metric so far; all of the namespace and of its service alone. */
const told = (): Readonly<Partial<Record<MetricName, readonly number[]>>> => {
  const values: Partial<Record<MetricName, readonly number[]>> = {};
  for (const event of events) {
    if (event.kind !== "metered") continue;
    expect(event.namespace).toBe(METRICS_NAMESPACE);
    for (const metric of event.metrics) {
      const name = metric.name as MetricName;
      expect(METRICS[name]).toMatchObject({ unit: metric.unit, service: event.dimensions["service"] });
      expect(Object.keys(event.dimensions)).toEqual(["service"]);
      values[name] = [...(values[name] ?? []), ...metric.values];
    }
  }
  return values;
};

const sumOf = (name: MetricName): number => (told()[name] ?? []).reduce((sum, value) => sum + value, 0);

/** A line as the stages log them. */
interface Line {
  readonly message: string;
  readonly service: string;
  readonly requestId: string;
  readonly producers?: readonly { producer: string; firstFrame: number; lastFrame: number; frames: number }[];
  readonly shards: readonly { shard: string; firstSequence?: string; lastSequence: string; records?: number }[];
  readonly firstEventTimeMs?: number;
  readonly lastEventTimeMs?: number;
  readonly stateBytes?: number;
  readonly timeMs?: number;
}

/** All that the functions logged with this message. */
const lines = (message: string): readonly (Line & { readonly text: string })[] =>
  events
    .flatMap((event) => (event.kind === "logged" ? [event.line] : []))
    .map((text) => ({ ...(JSON.parse(text) as Line), text }))
    .filter((line) => line.message === message);

/** A socket that keeps what it is told. */
const openReceiver = async (symbols: readonly string[]) => {
  const socket = new WebSocket(cloud.webSocketUrl!);
  const messages: ServerMessage[] = [];
  socket.on("message", (data: Buffer) => messages.push(readServerMessage(data.toString())));
  await once(socket, "open");
  socket.send(clientMessageText({ action: "subscribe", symbols, intervalMs: tenSeconds, bars: 10 }));
  while (!messages.some(({ type }) => type === "snapshot")) await once(socket, "message");
  return { socket, messages };
};

const put = async (...records: readonly (string | Uint8Array)[]): Promise<void> => {
  const kinesis = openKinesisClient();
  const Records = records.map((record) => ({ PartitionKey: "same", Data: Buffer.from(record) }));
  const { FailedRecordCount } = await kinesis.send(
    new PutRecordsCommand({ StreamName: config().ticksStream, Records }),
  );
  expect(FailedRecordCount).toBe(0);
  kinesis.destroy();
};

const tradeJson = (eventTimeMs: number): string =>
  JSON.stringify({ symbol: "OWN", price: "10", size: "1", eventTimeMs });

const wholeTrade = (symbol: string, units: number, eventTimeMs: EpochMs, sequence: number): Trade => ({
  symbol,
  price: { units, scale: 0 },
  size: { units, scale: 0 },
  eventTimeMs,
  sequence,
});

/** The frames in the stream that a producer numbered, each with its position and trades. */
const storedFrames = async () => {
  await using reader = openKinesisShardReader({ stream: config().ticksStream });
  const shard = await reader.name("shardId-000000000000");
  const frames = [];
  for await (const records of reader.read(shard, { after: undefined, before: BEYOND_ALL })) {
    for (const { data, sequenceNumber } of records) {
      const columns = new TradeColumns();
      const frame = readFrame(data, columns, { latestEventTimeMs: epochMs(clock.nowMs() + 60_000) });
      if (frame.kind === "frame") frames.push({ ...frame, shard, sequenceNumber, columns });
    }
  }
  return frames;
};

/** Whether a line speaks of this frame of this producer. */
const hasFrame = ({ producers = [] }: Line, producer: string, number: number): boolean =>
  producers.some((one) => one.producer === producer && one.firstFrame <= number && number <= one.lastFrame);

describe("what the functions tell of themselves", () => {
  test("a trade is followed by its frame from the fetcher to the message that brought its bar", async () => {
    const receiver = await openReceiver(["IBM", "SPY"]);
    await cloud.invoke(cloud.outputs["FetcherFunctionName"]!, {});
    await cloud.settle();
    // the trade: the last IBM of some frame in the middle of the run
    const frames = await storedFrames();
    const frame = frames
      .slice(Math.floor(frames.length / 2))
      .find(({ columns }) => columns.runs.some(({ symbol }) => symbol === "IBM"))!;
    const row = frame.columns.runs.find(({ symbol }) => symbol === "IBM")!.to - 1;
    const timeMs = frame.columns.eventTimeMs[row]!;
    // 1: the fetcher's line of its time names its frame, and the positions among which it stands
    const sent = lines("frames sent").filter(
      (line) => line.firstEventTimeMs! <= timeMs && timeMs <= line.lastEventTimeMs!,
    );
    expect(sent).toHaveLength(1);
    expect(hasFrame(sent[0]!, frame.producer!, frame.number)).toBe(true);
    const [span] = sent[0]!.shards;
    expect(span!.shard).toBe(frame.shard);
    expect(span!.firstSequence! <= frame.sequenceNumber && frame.sequenceNumber <= span!.lastSequence).toBe(true);
    // 2: the aggregator's line names the frame, and the position up to which it folded
    const folded = lines("batch folded").filter((line) => hasFrame(line, frame.producer!, frame.number));
    expect(folded).toHaveLength(1);
    const { shard, firstSequence, lastSequence } = folded[0]!.shards[0]!;
    expect(shard).toBe(frame.shard);
    expect(firstSequence! <= frame.sequenceNumber && frame.sequenceNumber <= lastSequence).toBe(true);
    // 3: the broadcast's lines name that position
    const told = lines("updates sent").filter(({ text }) => text.includes(lastSequence));
    expect(told.length).toBeGreaterThan(0);
    // 4: and the message, whose pane holds the trade and bears that position or a later one
    const message = receiver.messages.find((one) => one.type === "update" && one.timeMs === told[0]!.timeMs);
    const panes = message?.type === "update" ? message.panes : [];
    const pane = panes.find(
      ({ symbol, startMs }) => symbol === "IBM" && startMs <= timeMs && timeMs < startMs + 10_000,
    );
    expect(pane!.shard).toBe(shard);
    expect(pane!.lastSequence >= lastSequence).toBe(true);
    expect(pane!.content.close.eventTimeMs).toBeGreaterThanOrEqual(timeMs);
    receiver.socket.close();
  }, 60_000);

  test("each line bears the request id of its invocation", () => {
    const invoked = new Set(events.flatMap((event) => (event.kind === "invoked" ? [event.requestId] : [])));
    for (const message of ["frames sent", "run ended", "batch folded", "updates sent"]) {
      expect(lines(message).length).toBeGreaterThan(0);
      for (const { requestId } of lines(message)) expect(invoked).toContain(requestId);
    }
  });

  test("the queries of docs/operations.md ask for fields that the lines have", async () => {
    const doc = await readFile(join(import.meta.dirname, "../docs/operations.md"), "utf8");
    const queries = [...doc.matchAll(/fields (.+)\n *\| filter service = "([\w-]+)" and message = "([a-z ]+)"/g)];
    expect(queries.map(([, , service]) => service)).toEqual(["fetcher", "aggregator", "ws-broadcast"]);
    for (const [, fields = "", service, message = ""] of queries) {
      const [line] = lines(message);
      expect(line?.service).toBe(service);
      const names = fields.split(", ").filter((field) => !field.startsWith("@"));
      expect(names.length).toBeGreaterThan(4);
      for (const name of names) expect(line).toHaveProperty(name);
    }
  });

  test("no line is long, and metrics are none", () => {
    const logged = events.flatMap((event) => (event.kind === "logged" ? [event.line] : []));
    for (const line of logged) expect(line).not.toContain("CloudWatchMetrics");
    for (const message of ["frames sent", "batch folded", "updates sent"])
      for (const { text } of lines(message)) expect(text.length).toBeLessThan(900);
  });

  test("metrics add up to what was put, folded, handed on and posted", async () => {
    const receiver = await openReceiver(["OWN"]);
    await using connections = openDynamoConnectionStore({
      table: readBroadcastConfig(broadcastEnvironment()).connectionsTable,
      clock,
    });
    const connectionId = "R0VORQ1hIAMCIqA=";
    await connections.open({ connectionId, connectedAtMs: clock.nowMs(), identity: undefined });
    await connections.subscribe([{ connectionId, symbol: "OWN", intervalMs: tenSeconds }]);
    // the end of the first bar that nothing has come for yet, once it has passed
    const newestMs = Math.max(...lines("frames sent").map(({ lastEventTimeMs = 0 }) => lastEventTimeMs));
    const endMs = windowOf(epochMs(newestMs), tenSeconds).endMs;
    await clock.sleep(durationMs(Math.max(1, endMs + 10 - clock.nowMs())));
    const nowMs = clock.nowMs();
    const trades = [wholeTrade("OWN", 7, epochMs(endMs - 1), 1), wholeTrade("OWN", 8, epochMs(endMs + 1), 2)];
    const frame = encodeFrame({ producer: "0a0b", number: 1, ingestTimeMs: nowMs, trades });
    await put(frame, frame, tradeJson(nowMs - 25_000), "junk", tradeJson(nowMs + 3_600_000));
    await cloud.settle();
    receiver.socket.close();

    expect([sumOf("TradesSent"), sumOf("LateTrades"), sumOf("DuplicateTrades"), sumOf("RejectedTrades")]).toEqual([
      TRADES,
      1,
      2,
      2,
    ]);
    expect(sumOf("TradesFolded")).toBe(TRADES + 2 + 1);
    expect(sumOf("FramesRead")).toBe(sumOf("FramesSent") + 4);
    expect(sumOf("GoneConnections")).toBe(1);
    const handedOn = lines("batch folded").flatMap(({ stateBytes }) => (stateBytes! > 0 ? [stateBytes] : []));
    expect(told().StateBytes).toEqual(handedOn);
    const messages = lines("updates sent").map(({ text }) => (JSON.parse(text) as { posts: number }).posts);
    expect(told().SocketPosts).toEqual(messages);
    expect(told().WindowEndToPushMs!.length).toBeGreaterThanOrEqual(1);
    for (const ageMs of told().WindowEndToPushMs!) expect(ageMs).toBeLessThan(60_000);
    for (const ageMs of told().IteratorAgeMs!) expect(ageMs).toBeLessThan(60_000);
  }, 60_000);

  test("a state without room is told, and with it every metric of the list", async () => {
    const foldedBefore = sumOf("TradesFolded");
    await put(crowdFrame(clock.nowMs()));
    await cloud.settle();
    expect(sumOf("LivesEndedEarly")).toBe(1);
    expect(sumOf("TradesFolded") - foldedBefore).toBe(1_000);
    expect(Object.keys(told()).toSorted()).toEqual(Object.keys(METRICS).toSorted());
  }, 60_000);
});

const broadcastEnvironment = () =>
  cloud.functions.find(({ environment }) => "STORED_INTERVALS_MS" in environment)!.environment;

/** A state for which panes of a thousand symbols are too many, and those of two are not. */
const SMALL_STATE_BYTES = 2_000;

/** Leaves the aggregator less room for its state than Lambda does, before it is first run: to fill all of that takes minutes. */
const shrinkState = async (): Promise<void> => {
  const { assetDir } = cloud.functions.find(({ environment }) => "TICKS_RETENTION_MS" in environment)!;
  const file = join(assetDir, "index.mjs");
  const bundle = await readFile(file, "utf8");
  const shrunk = bundle.replace(LIMIT, `MAX_STATE_BYTES = ${SMALL_STATE_BYTES};`);
  expect(shrunk).not.toBe(bundle);
  await writeFile(file, shrunk);
};

const LIMIT = /\bMAX_STATE_BYTES = [\d_e]+;/;

/** A frame of trades of a thousand symbols. */
const crowdFrame = (nowMs: EpochMs): Uint8Array => {
  const trades = Array.from({ length: 1_000 }, (_, i) => wholeTrade(`CROWD${i}`, 1 + i, epochMs(nowMs - 10), i));
  return encodeFrame({ producer: "0c0d", number: 1, ingestTimeMs: nowMs, frontierMs: nowMs, trades });
};
