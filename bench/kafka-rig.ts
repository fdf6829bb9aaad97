import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openCassandraCheckpointStore } from "#adapters/cassandra/checkpoint-store.ts";
import { openCassandraClient } from "#adapters/cassandra/client.ts";
import { openCassandraPaneStore } from "#adapters/cassandra/pane-store.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { concurrently } from "#core/concurrently.ts";
import type { Pane } from "#core/pane.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { ShardStatus } from "#core/ports/shard-status.ts";
import { sumOfCounts } from "#core/shard-counts.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { freePorts } from "#local/jars/free-ports.ts";
import { runSetup, startWorkers, type WorkerProcesses } from "../cli/kafka/worker-processes.ts";
import { INTERVALS_MS } from "./kafka-market.ts";
import { PARTITIONS } from "./kafka-topics.ts";
import { familyUsage } from "./process-usage.ts";
import { MARKET_STARTS_MS, symbolsOf } from "./synthetic-market.ts";

const KEEP_MS = durationMs(40_000 * 86_400_000);
const MARGIN_MS = 600_000;
const IN_FLIGHT = 32;

/** Topics and tables of their own, and a worker as an operator starts it that stores in Cassandra. */
export interface KafkaRig extends AsyncDisposable {
  readonly topic: string;
  readonly store: PaneStore;
  /** Starts the worker; disposing asks it to end and waits until it has stored what it holds. */
  worker(): Promise<WorkerProcesses>;
  /** How the shards stand: folded, or stored for good. */
  folded(): Promise<Standing>;
  stored(): Promise<Standing>;
  /** Milliseconds from the worker's first partition taken to the last one left. */
  workedMs(): Promise<number>;
  /** Every stored pane of so many symbols. */
  panes(symbolCount: number): Promise<readonly Pane[]>;
}

export interface Standing {
  readonly trades: number;
  /** The greatest event time of the slowest shard, undefined before all have one. */
  readonly newestMs: number | undefined;
}

/** @param engines says where Kafka and Cassandra are. */
export const openKafkaRig = async (engines: Readonly<Record<string, string>>, dir: string): Promise<KafkaRig> => {
  const name = randomUUID().replaceAll("-", "");
  const [topic, keyspace, logDir] = [`ticks-${name}`, `bench_${name}`, join(dir, name)];
  const intervals = INTERVALS_MS.map((intervalMs) => ({ intervalMs, keepMs: KEEP_MS }));
  const environment = {
    ...engines,
    TICKS_TOPIC: topic,
    BARS_TOPIC: `bars-${name}`,
    TICKS_PARTITIONS: String(PARTITIONS),
    CASSANDRA_KEYSPACE: keyspace,
    GROUP: `bench-${name}`,
    INTERVALS_MS: intervals.map(({ intervalMs, keepMs }) => `${intervalMs}:${keepMs}`).join(),
  };
  await runSetup(environment, { logDir });
  const client = openCassandraClient({
    contactPoints: engines["CASSANDRA_CONTACT_POINTS"]!.split(","),
    dataCenter: engines["CASSANDRA_DATA_CENTER"] ?? "datacenter1",
  });
  const options = { client, keyspace, clock };
  const [statuses, checkpoints] = [openCassandraShardStatusStore(options), openCassandraCheckpointStore(options)];
  const store = openCassandraPaneStore({ ...options, intervals });
  return {
    topic,
    store,
    worker: async () => {
      const [healthPort] = await freePorts(1);
      return startWorkers([{ name: "aggregator", environment, healthPort: healthPort! }], { logDir });
    },
    folded: async () => standingOf(await statuses.list(topic)),
    stored: async () => standingOf(await checkpoints.list(topic)),
    workedMs: async () => workedMs(await readFile(join(logDir, "aggregator.log"), "utf8")),
    panes: (symbolCount) => panesOf(store, symbolsOf(symbolCount)),
    [Symbol.asyncDispose]: () => client.shutdown(),
  };
};

const panesOf = async (store: PaneStore, symbols: readonly string[]): Promise<readonly Pane[]> => {
  const [startMs, endMs] = [epochMs(MARKET_STARTS_MS - MARGIN_MS), epochMs(MARKET_STARTS_MS + MARGIN_MS)];
  const found: Pane[] = [];
  await concurrently(symbols, IN_FLIGHT, async (symbol) => {
    for (const intervalMs of INTERVALS_MS) found.push(...(await store.range({ symbol, intervalMs, startMs, endMs })));
  });
  return found;
};

const standingOf = (shards: readonly Pick<ShardStatus, "counts" | "newestEventTimeMs">[]): Standing => {
  const newestMs = Math.min(...shards.map(({ newestEventTimeMs }) => newestEventTimeMs ?? Number.NaN));
  const isWhole = shards.length === PARTITIONS && Number.isFinite(newestMs);
  return {
    trades: sumOfCounts(shards.map(({ counts }) => counts)).trades,
    newestMs: isWhole ? newestMs : undefined,
  };
};

const workedMs = (log: string): number => {
  const lines = log.split("\n").filter((line) => line.startsWith("{"));
  const said = lines.map((line) => JSON.parse(line) as { readonly message: string; readonly timestamp: string });
  const times = (message: string): readonly number[] =>
    said.filter((line) => line.message === message).map(({ timestamp }) => Date.parse(timestamp));
  return Math.max(...times("partition left")) - Math.min(...times("partition taken"));
};

/** By part of the whole, on Linux: what processes of this family have used so far. */
export const cpuMsByPart = (): ReadonlyMap<string, number> =>
  new Map(
    [...familyUsage()].flatMap(([id, { commandLine, cpuMs }]) => {
      const part = id === process.pid ? "producer" : PARTS.find(([word]) => commandLine.includes(word))?.[1];
      return part === undefined ? [] : [[part, cpuMs]];
    }),
  );

const PARTS = [
  ["workers/aggregator/", "worker"],
  ["kafka.Kafka", "Kafka"],
  ["CassandraDaemon", "Cassandra"],
] as const;
