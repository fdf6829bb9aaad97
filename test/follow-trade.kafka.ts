import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openKafkaShardReader } from "#adapters/kafka/shard-reader.ts";
import { readFrame } from "#core/frame/read.ts";
import { clientMessageText } from "#core/protocol/client-message.ts";
import { readServerMessage, type ServerMessage } from "#core/protocol/server-message.ts";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { BEYOND_ALL, durationMs, epochMs } from "#core/units.ts";
import { freePorts } from "#local/jars/free-ports.ts";
import { environment } from "#workers/aggregator/config.ts";
import { tryConnect } from "./entrance.ts";
import { openKafkaRig, type KafkaRig } from "./kafka-rig.ts";
import { until } from "./until.ts";
import { startWorker, type TestWorker } from "./worker-process.ts";

const PARTITIONS = 2;
const TRADES = 1_000;
const SYMBOLS = ["AIG", "BAC", "IBM", "SPY"];
const TEN_SECONDS = durationMs(10_000);

/** A line as workers log them. */
interface Line {
  readonly message: string;
  readonly producers: readonly { readonly producer: string; readonly firstFrame: number; readonly lastFrame: number }[];
  readonly shards: readonly {
    readonly shard: string;
    readonly firstSequence: string;
    readonly lastSequence: string;
    readonly records: number;
  }[];
  readonly firstEventTimeMs: number;
  readonly lastEventTimeMs: number;
  readonly timeMs: number;
  readonly lastTimeMs: number;
}

const linesOf = (worker: TestWorker, message: string): readonly Line[] =>
  worker.log
    .split("\n")
    .filter((text) => text.endsWith("}"))
    .map((text) => JSON.parse(text) as Line)
    .filter((line) => line.message === message);

const ends = new AsyncDisposableStack();
const updates: Extract<ServerMessage, { readonly type: "update" }>[] = [];
let rig: KafkaRig;
let [fetcher, aggregator, broadcaster] = [] as unknown as [TestWorker, TestWorker, TestWorker];

/** The frames of the topic, each with where it stands and its trades. */
const storedFrames = async () => {
  await using reader = openKafkaShardReader({ ...rig.config, topic: rig.config.ticksTopic });
  const frames = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const shard = await reader.name(`${rig.config.ticksTopic}-${partition}`);
    for await (const records of reader.read(shard, { after: undefined, before: BEYOND_ALL }))
      for (const { data, sequenceNumber } of records) {
        const columns = new TradeColumns();
        const frame = readFrame(data, columns, { latestEventTimeMs: epochMs(Date.now() + 60_000) });
        if (frame.kind === "frame") frames.push({ ...frame, shard, sequenceNumber, columns });
      }
  }
  return frames;
};

beforeAll(async () => {
  rig = ends.use(await openKafkaRig({ partitions: PARTITIONS, intervals: ["10s"] }));
  const [port] = (await freePorts(1)) as [number];
  const told = {
    ...environment(rig.config),
    SOCKET_PORT: String(port),
    SOURCE: `sim:?seed=7&symbols=${SYMBOLS.join(",")}&rate=500&trades=${TRADES}`,
  };
  [aggregator, broadcaster] = [ends.use(startWorker("aggregator", told)), ends.use(startWorker("broadcaster", told))];
  for (const worker of [aggregator, broadcaster])
    await until("workers must run", () => worker.log.includes('"message":"runs"'));
  const attempt = await tryConnect({ ticketsUrl: "", webSocketUrl: `ws://127.0.0.1:${port}/socket` }, [SUBPROTOCOL]);
  if (!("socket" in attempt)) throw new RangeError(`a client must be let in, was not: ${attempt.statusCode}`);
  const { socket } = attempt;
  socket.on("message", (data: Buffer) => {
    const message = readServerMessage(data.toString());
    if (message.type === "update") updates.push(message);
  });
  socket.send(clientMessageText({ action: "subscribe", symbols: SYMBOLS, intervalMs: TEN_SECONDS, bars: 10 }));
  await once(socket, "message");
  fetcher = ends.use(startWorker("fetcher", told));
  await until("all trades must be stored", async () => (await rig.storedTrades()) === TRADES);
  await fetcher[Symbol.asyncDispose]();
  await aggregator[Symbol.asyncDispose]();
  socket.close();
  await broadcaster[Symbol.asyncDispose]();
});

afterAll(() => ends.disposeAsync());

describe("what the workers log", () => {
  test("a trade is followed by its frame from the fetcher to the message that brought its bar", async () => {
    // the trade: the last IBM of some frame in the middle of the run
    const frames = await storedFrames();
    const frame = frames
      .toSorted((a, b) => a.number - b.number)
      .slice(Math.floor(frames.length / 2))
      .find(({ columns }) => columns.runs.some(({ symbol }) => symbol === "IBM"))!;
    const row = frame.columns.runs.find(({ symbol }) => symbol === "IBM")!.to - 1;
    const timeMs = frame.columns.eventTimeMs[row]!;
    // 1: the fetcher's line of its time names its frame, and the positions among which it stands
    const sent = linesOf(fetcher, "frames sent").filter(
      (line) => line.firstEventTimeMs <= timeMs && timeMs <= line.lastEventTimeMs,
    );
    expect(sent).toHaveLength(1);
    expect([hasFrame(sent[0]!, frame.producer!, frame.number), hasPlace(sent[0]!, frame)]).toEqual([true, true]);
    // 2: the aggregator's line names the frame, and the positions that it folded
    const folded = linesOf(aggregator, "batch folded").filter((line) => hasPlace(line, frame));
    expect(folded).toHaveLength(1);
    expect(hasFrame(folded[0]!, frame.producer!, frame.number)).toBe(true);
    // 3: the first line of the broadcaster that has come so far names the time of the message
    const told = linesOf(broadcaster, "updates sent").find(({ shards }) =>
      shards.some(({ shard, lastSequence }) => shard === frame.shard && lastSequence >= frame.sequenceNumber),
    )!;
    // 4: its pane is the first that holds the trade
    const panes = updates.flatMap((update) =>
      update.panes
        .filter(({ symbol, shard, startMs }) => symbol === "IBM" && shard === frame.shard && startMs <= timeMs)
        .filter(({ startMs, lastSequence }) => timeMs < startMs + TEN_SECONDS && lastSequence >= frame.sequenceNumber)
        .map((pane) => ({ pane, sentMs: update.timeMs! })),
    );
    const { pane, sentMs } = panes[0]!;
    expect(told.timeMs <= sentMs && sentMs <= told.lastTimeMs).toBe(true);
    expect(pane.content.close.eventTimeMs).toBeGreaterThanOrEqual(timeMs);
  });

  test("names each record once where it was sent and once where it was folded, and many messages in a line", () => {
    const count = (worker: TestWorker, message: string): number =>
      linesOf(worker, message)
        .flatMap(({ shards }) => shards)
        .reduce((sum, { records }) => sum + records, 0);
    const folded = count(aggregator, "batch folded");
    expect(folded).toBeGreaterThan(0);
    expect(folded).toBe(count(fetcher, "frames sent"));
    expect(linesOf(broadcaster, "updates sent").length).toBeLessThan(updates.length);
  });
});

/** Whether a line speaks of this frame of this producer. */
const hasFrame = ({ producers }: Line, producer: string, number: number): boolean =>
  producers.some((one) => one.producer === producer && one.firstFrame <= number && number <= one.lastFrame);

/** Whether a line speaks of this place. */
const hasPlace = ({ shards }: Line, place: { readonly shard: string; readonly sequenceNumber: string }): boolean =>
  shards.some(
    ({ shard, firstSequence, lastSequence }) =>
      shard === place.shard && firstSequence <= place.sequenceNumber && place.sequenceNumber <= lastSequence,
  );
