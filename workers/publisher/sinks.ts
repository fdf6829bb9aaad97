import type { Client } from "cassandra-driver";
import { openStockTable } from "#adapters/cassandra/stock-table.ts";
import { openInfluxSinks } from "#adapters/influx/sinks.ts";
import { openKafkaBarSink } from "#adapters/kafka/bar-sink.ts";
import { openRedisBarSink } from "#adapters/redis/bar-sink.ts";
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
  /** By which it is known how far it has them; it stays. */
  readonly name: string;
  readonly windows: readonly PublishedWindow[];
  readonly sink: BarSink;
}

export interface Sinks {
  readonly bars: readonly BarPlace[];
  readonly trades: readonly { readonly name: string; readonly sink: TradeSink }[];
  /** What is to be closed. */
  readonly clients: readonly AsyncDisposable[];
}

/**
 * Opens every place that the configuration names; the setup makes topics and the table.
 * @throws PipelineError TAPE_CONFIG_INVALID when it names none
 */
export const openSinks = (config: PublisherConfig, client: Client, clock: Clock): Sinks => {
  const { sliding } = config;
  const bars = tumbling(config.intervalMs);
  const topics = [
    { name: "average-price", topic: config.averagePriceTopic, text: averagePriceText, window: sliding.averagePrice },
    {
      name: "stock-averages",
      topic: config.stockAveragesTopic,
      text: stockAveragesText,
      window: sliding.stockAverages,
    },
  ].flatMap(({ topic, ...rest }) => (topic === undefined ? [] : [{ topic, ...rest }]));
  const topicSinks = topics.map(({ topic, text }) => openKafkaBarSink({ ...kafkaOf(config), topic, text }));
  const redis = config.redis === undefined ? [] : [openRedisBarSink({ ...config.redis, text: averagePriceText })];
  const influx = config.influx === undefined ? [] : [openInfluxSinks(config.influx)];
  const stock = config.hasStockTable ? [openStockTable({ ...config, keepMs: config.stockKeepMs, client, clock })] : [];
  if (topicSinks.length + redis.length + influx.length + stock.length === 0) {
    const names = "AVERAGE_PRICE_TOPIC, STOCK_AVERAGES_TOPIC, REDIS_URL, INFLUX_URL or STOCK_TABLE=on";
    throw new PipelineError("TAPE_CONFIG_INVALID", `a publisher must be told where to, by ${names}, was told nothing`);
  }
  return {
    bars: [
      ...topics.map(({ name, window = bars }, i) => ({ name, windows: [window], sink: topicSinks[i]! })),
      ...redis.map((sink) => ({ name: "redis", windows: [sliding.redis ?? bars], sink })),
      ...influx.map((sink) => ({ name: "influx", windows: [bars, ...sliding.influx], sink })),
    ],
    trades: [...influx.map((sink) => ({ name: "influx", sink })), ...stock.map((sink) => ({ name: "stock", sink }))],
    clients: [...topicSinks, ...redis],
  };
};
