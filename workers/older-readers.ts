import { readDurationMs, type Environment } from "#lambdas/environment.ts";
import type { DurationMs } from "#core/units.ts";
import { readOptional, readSwitch } from "./environment.ts";

/** What readers of older systems find in Kafka and Cassandra: made by the setup, written by the publisher. */
export interface OlderReadersConfig {
  /** A topic for `{symbol,timestamp,average}`. */
  readonly averagePriceTopic: string | undefined;
  /** A topic for `{start,end,stockName,avgPrice,minPrice,maxPrice,count}`. */
  readonly stockAveragesTopic: string | undefined;
  /** Whether raw trades go to the table `stock`. */
  readonly hasStockTable: boolean;
  /** For how long after it was written a trade stays there. */
  readonly stockKeepMs: DurationMs;
}

/** @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form. */
export const readOlderReaders = (env: Environment): OlderReadersConfig => ({
  averagePriceTopic: readOptional(env, "AVERAGE_PRICE_TOPIC"),
  stockAveragesTopic: readOptional(env, "STOCK_AVERAGES_TOPIC"),
  hasStockTable: readSwitch(env, "STOCK_TABLE"),
  stockKeepMs: readDurationMs(env, "STOCK_KEEP_MS"),
});

/** The environment variables that {@link readOlderReaders} reads back. */
export const olderReadersEnvironment = (config: OlderReadersConfig): Record<string, string> => ({
  AVERAGE_PRICE_TOPIC: config.averagePriceTopic ?? "",
  STOCK_AVERAGES_TOPIC: config.stockAveragesTopic ?? "",
  STOCK_TABLE: config.hasStockTable ? "on" : "off",
  STOCK_KEEP_MS: String(config.stockKeepMs),
});
