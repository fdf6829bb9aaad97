import { setTimeout as delay } from "node:timers/promises";
import { openDynamoShardStatusStore } from "#adapters/dynamodb/shard-status.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { sumOfCounts } from "#core/shard-counts.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { openLocalCloud, type LocalCloud, type LocalFunction } from "#local/cloud.ts";
import { endBuilder } from "#tools/build-web.ts";
import { assemble } from "../cli/assemble.ts";
import { aggregatorEnvironment } from "../cli/running.ts";
import { openObserver, type Observer } from "./observer.ts";
import { familyUsage, type ProcessUsage } from "./process-usage.ts";

const LETTERS = 26;
const letter = (index: number): string => String.fromCharCode(65 + index);

/** Symbols of two letters: the source's text names them all, and is a key of at most 2 KB. */
export const SYMBOLS = Array.from({ length: 500 }, (_, i) => letter(Math.floor(i / LETTERS)) + letter(i % LETTERS));
const CLIENT_SYMBOLS = 20;
const STRIDE = SYMBOLS.length / CLIENT_SYMBOLS;
/** Of two shards, as 200,000 trades a second need on AWS. */
const SHARDS = "2";
const INTERVAL = "10s";

export interface RigOptions {
  /** Of a simulated market of 500 symbols, at its own times or as fast as the pipeline takes it. */
  readonly tradesPerSecond: number | "max";
  /** Clients, each with 20 of the symbols. @default 1 */
  readonly clientCount?: number;
}

/** The whole pipeline of a laptop at work. */
export interface PipelineRig extends AsyncDisposable {
  readonly observer: Observer;
  /** How far the aggregators are. */
  progress(): Promise<RigProgress>;
  /** CPU and memory by the part of the pipeline, on Linux. */
  usage(): ReadonlyMap<string, PartUsage>;
}

export interface RigProgress {
  readonly atMs: number;
  readonly trades: number;
  /** How far the slowest shard's newest trade is behind now. */
  readonly lagMs: number;
}

export type PartUsage = Pick<ProcessUsage, "cpuMs" | "peakBytes">;

export const openRig = async ({ tradesPerSecond, clientCount = 1 }: RigOptions): Promise<PipelineRig> => {
  await using resources = new AsyncDisposableStack();
  const rate = tradesPerSecond === "max" ? "rate=1000000&speed=max" : `rate=${tradesPerSecond}`;
  const source = `sim:?seed=5&symbols=${SYMBOLS.join(",")}&${rate}`;
  const assembly = resources.use(
    await assemble({ source, symbols: SYMBOLS.join(","), shards: SHARDS, access: "public" }),
  );
  await endBuilder();
  const cloud = resources.use(await openLocalCloud({ assemblyDir: assembly.dir }));
  Object.assign(process.env, cloud.environment);
  const { ticksStream, checkpointsTable } = readConfig(aggregatorEnvironment(cloud));
  const statuses = resources.use(openDynamoShardStatusStore({ table: checkpointsTable, clock }));
  const clients = Array.from({ length: clientCount }, (_, first) =>
    Array.from({ length: CLIENT_SYMBOLS }, (_, i) => SYMBOLS[(first + i * STRIDE) % SYMBOLS.length]!),
  );
  const start = { webSocketUrl: cloud.webSocketUrl!, clients, interval: INTERVAL, checkpointsTable, ticksStream };
  const observer = resources.use(openObserver(start, cloud.environment));
  const opened = resources.move();
  return {
    observer,
    progress: async () => {
      const shards = await statuses.list(ticksStream);
      const atMs = clock.nowMs();
      const newestMs = Math.min(...shards.map(({ newestEventTimeMs }) => newestEventTimeMs ?? atMs));
      return { atMs, trades: sumOfCounts(shards.map(({ counts }) => counts)).trades, lagMs: atMs - newestMs };
    },
    usage: () => usageByPart(cloud),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

/** Processes of one function count as one part; this one holds the engines, the mappings and the gateway. */
const usageByPart = ({ functions }: LocalCloud): ReadonlyMap<string, PartUsage> => {
  const parts = new Map<string, PartUsage>();
  for (const [id, { functionName, cpuMs, peakBytes }] of familyUsage()) {
    const fn = functions.find(({ name }) => name === functionName);
    const part = id === process.pid ? "engines, mappings, gateway" : fn === undefined ? "clients" : partName(fn);
    const before = parts.get(part);
    parts.set(part, { cpuMs: cpuMs + (before?.cpuMs ?? 0), peakBytes: peakBytes + (before?.peakBytes ?? 0) });
  }
  return parts;
};

/** Its id without the hash that the CDK ends it with. */
const partName = ({ logicalId }: LocalFunction): string => logicalId.replace(/[\dA-F]{8}$/, "");

/** What came of a stretch of time. */
export interface Stretch {
  /** At its start, and each second from there on. */
  readonly progress: readonly RigProgress[];
  /** CPU seconds per second. */
  readonly cores: ReadonlyMap<string, number>;
  readonly peakBytes: ReadonlyMap<string, number>;
}

const SECOND_MS = 1_000;

/** Looks on for so long. */
export const lookOn = async (rig: PipelineRig, seconds: number): Promise<Stretch> => {
  const [startedMs, before] = [performance.now(), rig.usage()];
  const progress = [await rig.progress()];
  for (let second = 1; second <= seconds; second++) {
    await delay(Math.max(0, startedMs + second * SECOND_MS - performance.now()));
    progress.push(await rig.progress());
  }
  const [after, elapsedMs] = [rig.usage(), performance.now() - startedMs];
  const cpuMs = ([part, usage]: readonly [string, PartUsage]): number => usage.cpuMs - (before.get(part)?.cpuMs ?? 0);
  return {
    progress,
    cores: new Map([...after].map((entry) => [entry[0], cpuMs(entry) / elapsedMs])),
    peakBytes: new Map([...after].map(([part, usage]) => [part, usage.peakBytes])),
  };
};

/** Trades a second, a sample each `seconds`: functions take trades by the second, and let go of them by the window. */
export const ratesOf = ({ progress }: Stretch, seconds: number): readonly number[] =>
  progress.flatMap((end, second) => {
    const start = second > 0 && second % seconds === 0 ? progress[second - seconds] : undefined;
    return start === undefined ? [] : [((end.trades - start.trades) / (end.atMs - start.atMs)) * SECOND_MS];
  });
