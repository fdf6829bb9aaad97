import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { openCassandraClient } from "#adapters/cassandra/client.ts";
import { openCassandraLeaseStore } from "#adapters/cassandra/lease-store.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { migrate } from "#adapters/cassandra/schema.ts";
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
import type { LifeRules } from "#core/life.ts";
import type { Log } from "#core/ports/log.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { createFetcher, type FetcherReport } from "#lambdas/fetcher/fetcher.ts";
import { openAggregatorWorker, type AggregatorWorker } from "#workers/aggregator.ts";
import { cassandraPorts } from "#workers/cassandra-ports.ts";

const DAY_MS = durationMs(86_400_000);

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface KafkaRigOptions {
  readonly partitions: number;
  readonly intervals: readonly string[];
  /** @default those of the run */
  readonly kafka?: { readonly address: string };
  readonly cassandra?: { readonly address: string; readonly dataCenter: string };
}

/** Topics and a keyspace of its own on the engines of the run, and the parts of the pipeline upon them. */
export const openKafkaRig = async ({ partitions, intervals: texts, ...engines }: KafkaRigOptions) => {
  const { kafka, cassandra } = { kafka: inject("kafka"), cassandra: inject("cassandra"), ...engines };
  const name = randomUUID().replaceAll("-", "");
  const brokers = { brokers: [kafka.address] };
  const [ticks, bars] = [`ticks-${name}`, `bars-${name}`];
  const topic = { partitions, replicas: 1, retentionMs: DAY_MS };
  await createTopics(brokers, [
    { ...topic, topic: ticks },
    { ...topic, topic: bars },
  ]);
  const client = openCassandraClient({ contactPoints: [cassandra.address], dataCenter: cassandra.dataCenter });
  const keyspace = `rig_${name}`;
  const intervals = texts.map((text) => ({ intervalMs: readInterval(text)!, keepMs: durationMs(36_500 * 86_400_000) }));
  const { dataCenter } = cassandra;
  await migrate(client, { keyspace, replicas: 1, dataCenter, intervals, rejectedKeepMs: DAY_MS });
  const rules: LifeRules = {
    intervalsMs: intervals.map(({ intervalMs }) => intervalMs),
    maxOutOfOrdernessMs: durationMs(2_000),
    clockSkewMs: durationMs(10_000),
    maxStateBytes: 64_000_000,
    retentionMs: DAY_MS,
  };
  const options = { client, keyspace, clock };
  const stores = cassandraPorts({ ...options, intervals, rejectedKeepMs: DAY_MS });
  const reader = openKafkaShardReader({ ...brokers, topic: ticks });
  const updates = openKafkaUpdateStream({ ...brokers, topic: bars });

  return {
    /** Sends a file as fast as the topic takes it. */
    replay: async (file: string): Promise<FetcherReport> => {
      await using stream = openKafkaFrameStream({ ...brokers, topic: ticks });
      const fetch = createFetcher({
        stream,
        leases: openCassandraLeaseStore(options),
        statuses: openCassandraShardStatusStore(options),
        clock,
        random: Math.random,
        freshId: () => randomUUID().replaceAll("-", "").slice(0, 16),
        framing: { lanes: 64, maxTrades: 1_000, maxBytes: 25_000 },
        lingerMs: durationMs(100),
        log: quiet,
        meter: createMemoryMeter(),
        ticksStream: ticks,
        maxUnfoldedTrades: 1_000_000,
      });
      const source = createReplaySource(file, {
        historyMs: undefined,
        isLooping: false,
      });
      return await fetch({ name: file, source, speed: "max", deadlineMs: epochMs(clock.nowMs() + 300_000) });
    },

    /** Workers of one group share the partitions. */
    worker: (group = "aggregator"): Promise<AggregatorWorker> =>
      openAggregatorWorker({
        ...brokers,
        topic: ticks,
        group: `${group}-${name}`,
        sessionMs: durationMs(6_000),
        lifeMs: durationMs(3_000),
        ports: { ...stores, shards: reader, updates },
        rules,
        clock,
        log: quiet,
        meter: createMemoryMeter(),
      }),

    /** Trades in stored panes. */
    storedTrades: async (): Promise<number> => {
      const checkpoints = await stores.checkpoints.list(ticks);
      return checkpoints.reduce((sum, { counts }) => sum + counts.trades, 0);
    },

    /** Every bar of these symbols in 2013, as rows. */
    rows: async (symbols: readonly string[]): Promise<string[]> => {
      const [startMs, endMs] = [epochMs(Date.UTC(2013, 9, 7)), epochMs(Date.UTC(2013, 9, 8))];
      const rows: string[] = [];
      for (const { intervalMs } of intervals)
        for (const symbol of symbols) {
          const panes = await stores.panes.range({ symbol, intervalMs, startMs, endMs });
          rows.push(...barsOf(panes, intervalMs).map((bar) => barRow(bar).join(",")));
        }
      return rows;
    },

    [Symbol.asyncDispose]: async () => {
      await reader[Symbol.asyncDispose]();
      await updates[Symbol.asyncDispose]();
      await client.shutdown();
    },
  };
};
