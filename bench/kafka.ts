import { setTimeout as delay } from "node:timers/promises";
import type { KafkaOptions } from "#adapters/kafka/topic.ts";
import type { CutFrame } from "#core/frame/framer.ts";
import type { Pane } from "#core/pane.ts";
import type { Trade } from "#core/trade.ts";
import { sequenceNumber } from "#core/units.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { openJarEngines, runningEngines, type Engines } from "../cli/kafka/engines.ts";
import { number } from "../cli/output.ts";
import type { Benchmark } from "./benchmark.ts";
import { figureOf, percentileOf, type Figure } from "./figure.ts";
import { rowsOf, stretchOf, type StretchSetting } from "./kafka-market.ts";
import { expectedRows } from "./kafka-oracle.ts";
import { openKafkaRig } from "./kafka-rig.ts";
import { measureFolding, mustBeRows } from "./kafka-rounds.ts";
import { runSteadily, until } from "./kafka-steady.ts";
import { putFrames } from "./kafka-topics.ts";

const MARKET: StretchSetting = { symbolCount: 500, tradesPerSecond: 200_000, seed: 42, seconds: 20 };
const QUICK: StretchSetting = { ...MARKET, tradesPerSecond: 10_000, seconds: 3 };
/** Of one JSON trade a record there are fewer: each costs many times as much, and no less for there being more of them. */
const PLAIN_STEPS = 10;
const WARM_UP_MS = 15_000;
const NS_PER_MS = 1e6;

interface KafkaMarket {
  readonly setting: StretchSetting;
  readonly title: string;
  readonly steps: readonly (readonly CutFrame[])[];
  /** Trades of the first steps. */
  readonly firstTrades: readonly Trade[];
  readonly rows: readonly string[];
}

/** Workers between a real Kafka broker and a real Cassandra node, from frames in a topic to panes; every bar is the oracle's. */
export const kafkaBenchmark: Benchmark = {
  names: [
    "kafka.trades_per_s",
    "kafka.cpu_ns_per_trade",
    "kafka.vs_plain",
    "kafka.vs_handler",
    "kafka.lag_ms",
    "kafka.cores",
  ],
  measure: async function* (context) {
    const { isQuick, progress } = context;
    await using folder = await openTemporaryDir("bench-kafka-");
    const opening = openEngines(folder.dir, progress);
    const [engines, market] = await Promise.all([opening, marketOf(isQuick ? QUICK : MARKET)]);
    await using _ = engines;
    const { environment } = engines;
    const kafka = { brokers: environment["KAFKA_BROKERS"]!.split(",") };
    const { steps, title, rows, firstTrades } = market;
    progress("kafka: panes in memory");
    const first = { frames: steps.slice(0, PLAIN_STEPS).flat(), trades: firstTrades };
    const rounds = isQuick ? { rounds: 1, warmUps: 1, leastMs: 0 } : { rounds: 5, warmUps: 2, leastMs: 0 };
    const panes = yield* measureFolding(kafka, { title, frames: steps.flat(), rows, first }, rounds);
    progress("kafka: panes in Cassandra");
    await warmUp(environment, folder.dir, panes, isQuick ? 0 : WARM_UP_MS);
    yield* measureCatchingUp(kafka, environment, folder.dir, market);
    progress(`kafka: ${number(market.setting.tradesPerSecond)} trades a second, panes in Cassandra`);
    yield* measureSteadily(kafka, environment, folder.dir, market);
  },
};

/** Those that the environment names, else ours from their jars. @throws PipelineError TAPE_ENGINE_UNAVAILABLE */
const openEngines = async (dir: string, progress: (text: string) => void): Promise<Engines> => {
  const { KAFKA_BROKERS, CASSANDRA_CONTACT_POINTS, CASSANDRA_DATA_CENTER = "datacenter1" } = process.env;
  if (!KAFKA_BROKERS || !CASSANDRA_CONTACT_POINTS) return openJarEngines(dir, (what) => progress(`kafka: ${what}`));
  return { ...runningEngines(), environment: { KAFKA_BROKERS, CASSANDRA_CONTACT_POINTS, CASSANDRA_DATA_CENTER } };
};

const marketOf = async (setting: StretchSetting): Promise<KafkaMarket> => {
  const expecting = expectedRows(setting);
  expecting.catch(() => undefined);
  const steps: (readonly CutFrame[])[] = [];
  const firstTrades: Trade[] = [];
  for (const { frames, trades } of stretchOf(setting)) {
    if (steps.push(frames) <= PLAIN_STEPS) firstTrades.push(...trades);
    // Engines start meanwhile.
    await delay(0);
  }
  const title = `${number(setting.symbolCount)} symbols`;
  return { setting, title, steps, firstTrades, rows: await expecting };
};

/** Lets a node that has just started learn to store panes: one that has been up for a while is what is measured. */
const warmUp = async (
  environment: Engines["environment"],
  dir: string,
  panes: readonly Pane[],
  ms: number,
): Promise<void> => {
  await using rig = await openKafkaRig(environment, dir);
  const endMs = performance.now() + ms;
  for (let life = 1; performance.now() < endMs; life++)
    await rig.store.put(
      panes.map(({ symbol, intervalMs, startMs, shard, isCorrected, content }) => {
        const lastSequence = sequenceNumber(String(life));
        return { symbol, intervalMs, startMs, shard, isCorrected, content, lastSequence };
      }),
    );
};

/** A worker takes what the topic has had for a while, and ends: until then all is stored. */
async function* measureCatchingUp(
  kafka: KafkaOptions,
  environment: Engines["environment"],
  dir: string,
  { setting, title, steps, rows }: KafkaMarket,
): AsyncGenerator<Figure> {
  await using rig = await openKafkaRig(environment, dir);
  await putFrames(kafka, rig.topic, steps.flat());
  const tradeCount = setting.tradesPerSecond * setting.seconds;
  const worker = await rig.worker();
  await until(async () => (await rig.folded()).trades >= tradeCount);
  await worker[Symbol.asyncDispose]();
  mustBeRows(rowsOf(await rig.panes(setting.symbolCount)), rows);
  const perSecond = (tradeCount / (await rig.workedMs())) * 1_000;
  yield figureOf({ name: "kafka.trades_per_s", case: `${title}, panes in Cassandra`, unit: "trades/s" }, [perSecond]);
}

/** A worker takes trades as they come. */
async function* measureSteadily(
  kafka: KafkaOptions,
  environment: Engines["environment"],
  dir: string,
  { setting, title: symbols, steps, rows }: KafkaMarket,
): AsyncGenerator<Figure> {
  await using rig = await openKafkaRig(environment, dir);
  await using _worker = await rig.worker();
  const { lagsMs, foldedAfterMs, storedAfterMs, cpuMs, elapsedMs } = await runSteadily(kafka, rig, steps);
  mustBeRows(rowsOf(await rig.panes(setting.symbolCount)), rows);
  const title = `${symbols}, ${number(setting.tradesPerSecond)}/s`;
  const lag = (what: string, ms: number): Figure =>
    figureOf({ name: "kafka.lag_ms", case: `${title}, ${what}`, unit: "ms" }, [ms]);
  yield lag("p50", percentileOf(lagsMs, 0.5));
  yield lag("p99", percentileOf(lagsMs, 0.99));
  yield lag("greatest", Math.max(...lagsMs));
  yield lag("from the end until all is folded", foldedAfterMs);
  yield lag("from the end until all is stored", storedAfterMs);
  for (const [part, ms] of cpuMs)
    yield figureOf({ name: "kafka.cores", case: `${title}, ${part}`, unit: "CPU-s/s" }, [ms / elapsedMs]);
  const trades = setting.tradesPerSecond * setting.seconds;
  const workerMs = cpuMs.get("worker");
  if (workerMs !== undefined)
    yield figureOf({ name: "kafka.cpu_ns_per_trade", case: title, unit: "ns" }, [(workerMs * NS_PER_MS) / trades]);
}
