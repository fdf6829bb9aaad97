import type { Client } from "cassandra-driver";
import { createStockTable, openStockTable } from "#adapters/cassandra/stock-table.ts";
import { openInfluxSinks } from "#adapters/influx/sinks.ts";
import { openKafkaBarSink } from "#adapters/kafka/bar-sink.ts";
import { createTopics } from "#adapters/kafka/topic.ts";
import { openRedisBarSink } from "#adapters/redis/bar-sink.ts";
import type { Bar } from "#core/bar.ts";
import { averagePriceText, stockAveragesText } from "#core/bar-texts.ts";
import { PipelineError } from "#core/errors.ts";
import type { BarSink } from "#core/ports/bar-sink.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { TradeSink } from "#core/ports/trade-sink.ts";
import { kafkaOf } from "../engines.ts";
import type { PublisherConfig } from "./config.ts";
import { tumbling, type PublishedWindow } from "./published-window.ts";

/** A place for bars, and those that it gets. */
export interface BarPlace {
  readonly windows: readonly PublishedWindow[];
  readonly sink: BarSink;
}

export interface Sinks {
  readonly bars: readonly BarPlace[];
  readonly trades: readonly TradeSink[];
  /** What is to be closed. */
  readonly clients: readonly AsyncDisposable[];
}

/**
 * Opens every place that the configuration names; topics and the table are made where they are not there yet.
 * @throws PipelineError TAPE_CONFIG_INVALID when it names none
 */
export const openSinks = async (config: PublisherConfig, client: Client, clock: Clock): Promise<Sinks> => {
  const { sliding } = config;
  const bars = tumbling(config.intervalMs);
  const topics = [
    { topic: config.averagePriceTopic, text: averagePriceText, window: sliding.averagePrice },
    { topic: config.stockAveragesTopic, text: stockAveragesText, window: sliding.stockAverages },
  ].flatMap(({ topic, ...rest }) => (topic === undefined ? [] : [{ topic, ...rest }]));
  const topicSinks = await openTopics(config, topics);
  const redis = config.redis === undefined ? [] : [openRedisBarSink({ ...config.redis, text: averagePriceText })];
  const influx = config.influx === undefined ? [] : [openInfluxSinks(config.influx)];
  if (config.hasStockTable) await createStockTable(client, config.keyspace);
  const stock = config.hasStockTable ? [openStockTable({ client, keyspace: config.keyspace, clock })] : [];
  if (topicSinks.length + redis.length + influx.length + stock.length === 0) {
    const names = "AVERAGE_PRICE_TOPIC, STOCK_AVERAGES_TOPIC, REDIS_URL, INFLUX_URL or STOCK_TABLE=on";
    throw new PipelineError("TAPE_CONFIG_INVALID", `a publisher must be told where to, by ${names}, was told nothing`);
  }
  return {
    bars: [
      ...topicSinks.map((sink, index) => ({ sink, windows: [topics[index]?.window ?? bars] })),
      ...redis.map((sink) => ({ sink, windows: [sliding.redis ?? bars] })),
      ...influx.map((sink) => ({ sink, windows: [bars, ...sliding.influx] })),
    ],
    trades: [...influx, ...stock],
    clients: [...topicSinks, ...redis],
  };
};

const openTopics = async (
  config: PublisherConfig,
  topics: readonly { readonly topic: string; readonly text: (bar: Bar) => string }[],
) => {
  const kafka = kafkaOf(config);
  const made = { partitions: 1, replicas: config.topicReplicas, retentionMs: config.ticksRetentionMs };
  await createTopics(
    kafka,
    topics.map(({ topic }) => ({ topic, ...made })),
  );
  return topics.map(({ topic, text }) => openKafkaBarSink({ ...kafka, topic, text }));
};
