import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { openCassandraClient } from "#adapters/cassandra/client.ts";
import { openCassandraLeaseStore } from "#adapters/cassandra/lease-store.ts";
import { migrate } from "#adapters/cassandra/schema.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { createReplaySource } from "#adapters/feeds/replay-source.ts";
import { openKafkaFrameStream } from "#adapters/kafka/frame-stream.ts";
import { openKafkaShardReader } from "#adapters/kafka/shard-reader.ts";
import { createTopics } from "#adapters/kafka/topic.ts";
import { openKafkaUpdateStream } from "#adapters/kafka/update-stream.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { readInterval } from "#core/interval.ts";
import type { Log } from "#core/ports/log.ts";
import { Register } from "#core/protocol/register.ts";
import { readUpdateRecord } from "#core/update-record.ts";
import { BEYOND_ALL, durationMs, epochMs, type DurationMs } from "#core/units.ts";
import { createFetcher, type FetcherReport } from "#lambdas/fetcher/fetcher.ts";
import { openAggregatorWorker, type AggregatorWorker } from "#workers/aggregator.ts";
import { environment, type AggregatorConfig } from "#workers/aggregator/config.ts";
import { cassandraPorts } from "#workers/cassandra-ports.ts";
import { clusterOf } from "#workers/engines.ts";
import { lifeRulesOf } from "#workers/rules.ts";
import { startAggregator, type AggregatorProcess } from "./aggregator-process.ts";

export interface KafkaRigOptions {
  readonly partitions: number;
  readonly intervals: readonly string[];
  /** @default 2 s */
  readonly lifeMs?: DurationMs;
  /** @default 10 s */
  readonly clockSkewMs?: DurationMs;
}

/** That of the shipped trades. */
const REAL_DAY = { startMs: epochMs(Date.UTC(2013, 9, 7)), endMs: epochMs(Date.UTC(2013, 9, 8)) };
const DAY_MS = durationMs(86_400_000);
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What workers are told: topics, a keyspace and a group of its own on the engines of the run, and patience for tests. */
const freshConfig = ({
  intervals,
  lifeMs = durationMs(2_000),
  clockSkewMs = durationMs(10_000),
}: KafkaRigOptions): AggregatorConfig => {
  const name = randomUUID().replaceAll("-", "");
  const { address, dataCenter } = inject("cassandra");
  return {
    brokers: [inject("kafka").address],
    kafkaTls: undefined,
    cassandraTls: undefined,
    sasl: undefined,
    ticksTopic: `ticks-${name}`,
    barsTopic: `bars-${name}`,
    contactPoints: [address],
    dataCenter,
    keyspace: `rig_${name}`,
    credentials: undefined,
    intervals: intervals.map((text) => ({ intervalMs: readInterval(text)!, keepMs: durationMs(36_500 * DAY_MS) })),
    slidingAverages: [],
    rejectedKeepMs: DAY_MS,
    ticksRetentionMs: DAY_MS,
    maxOutOfOrdernessMs: durationMs(2_000),
    clockSkewMs,
    group: `aggregators-${name}`,
    sessionMs: durationMs(2_000),
    lifeMs,
  };
};

/** Topics and a keyspace of its own on the engines of the run, and the parts of the pipeline upon them. */
export const openKafkaRig = async (given: KafkaRigOptions) => {
  const { partitions } = given;
  const config = freshConfig(given);
  const { brokers, ticksTopic, barsTopic } = config;
  const topic = { partitions, replicas: 1, retentionMs: DAY_MS };
  await createTopics(
    { brokers },
    [ticksTopic, barsTopic].map((name) => ({ ...topic, topic: name })),
  );
  const client = openCassandraClient(clusterOf(config));
  await migrate(client, { ...config, replicas: 1 });
  const options = { ...config, client, clock };
  const stores = cassandraPorts(options);
  const statuses = openCassandraShardStatusStore(options);
  const shards = openKafkaShardReader({ brokers, topic: ticksTopic });
  const updates = openKafkaUpdateStream({ brokers, topic: barsTopic });
  const ports = { ...stores, shards, updates };

  return {
    config,

    /**
     * Sends a file as fast as the topic takes it, or so many times as fast as it happened, and then no faster than it is
     * folded.
     */
    replay: async (file: string, speed: number | "max" = "max"): Promise<FetcherReport> => {
      await using stream = openKafkaFrameStream({ brokers, topic: ticksTopic });
      const fetch = createFetcher({
        stream,
        leases: openCassandraLeaseStore(options),
        statuses,
        clock,
        random: Math.random,
        freshId: () => randomUUID().replaceAll("-", "").slice(0, 16),
        framing: { lanes: 64, maxTrades: 1_000, maxBytes: 25_000 },
        lingerMs: durationMs(100),
        log: quiet,
        meter: createMemoryMeter(),
        ticksStream: ticksTopic,
        maxUnfoldedTrades: speed === "max" ? 1_000_000 : 5_000,
      });
      const source = createReplaySource(file, { historyMs: undefined, isLooping: false });
      return await fetch({ name: file, source, speed, deadlineMs: epochMs(clock.nowMs() + 300_000) });
    },

    /** A worker in this process. Those of one group share the partitions. */
    worker: (group = config.group): Promise<AggregatorWorker> =>
      openAggregatorWorker({
        ...config,
        topic: ticksTopic,
        group,
        ports,
        rules: lifeRulesOf(config),
        clock,
        log: quiet,
        meter: createMemoryMeter(),
      }),

    /** A worker as an operator runs it, in a process of its own. All of them share the partitions. */
    startProcess: (): AggregatorProcess => startAggregator(environment(config)),

    /** Trades in stored panes. */
    storedTrades: async (): Promise<number> => {
      const checkpoints = await stores.checkpoints.list(ticksTopic);
      return checkpoints.reduce((sum, { counts }) => sum + counts.trades, 0);
    },

    /** By shard the trades that somebody has folded and nobody stored yet: they are in some worker's memory alone. */
    unstoredTrades: async (): Promise<ReadonlyMap<string, number>> => {
      const told = await statuses.list(ticksTopic);
      const checkpoints = await stores.checkpoints.list(ticksTopic);
      const stored = new Map(checkpoints.map(({ shard, counts }) => [shard, counts.trades]));
      return new Map(told.map(({ shard, counts }) => [shard, counts.trades - (stored.get(shard) ?? 0)]));
    },

    /** Every stored bar of these symbols, as rows. */
    rows: async (symbols: readonly string[], { startMs, endMs } = REAL_DAY): Promise<string[]> => {
      const rows: string[] = [];
      for (const { intervalMs } of config.intervals)
        for (const symbol of symbols) {
          const panes = await stores.panes.range({ symbol, intervalMs, startMs, endMs });
          rows.push(...barsOf(panes, intervalMs).map((bar) => barRow(bar).join(",")));
        }
      return rows;
    },

    /** Every bar of these symbols as who has heard all updates has them, as rows. */
    heardRows: async (symbols: readonly string[]): Promise<string[]> => {
      await using reader = openKafkaShardReader({ brokers, topic: barsTopic });
      const register = new Register();
      for (let partition = 0; partition < partitions; partition++) {
        const shard = await reader.name(`${barsTopic}-${partition}`);
        for await (const records of reader.read(shard, { after: undefined, before: BEYOND_ALL }))
          for (const { data } of records) register.apply(readUpdateRecord(data));
      }
      return config.intervals.flatMap(({ intervalMs }) =>
        symbols.flatMap((symbol) => register.bars(symbol, intervalMs).map((bar) => barRow(bar).join(","))),
      );
    },

    [Symbol.asyncDispose]: async () => {
      await shards[Symbol.asyncDispose]();
      await updates[Symbol.asyncDispose]();
      await client.shutdown();
    },
  };
};

export type KafkaRig = Awaited<ReturnType<typeof openKafkaRig>>;
