import { intervalText, storedIntervalFor } from "#core/interval.ts";
import type { DurationMs } from "#core/units.ts";
import { readCount, readDurationMs, readIntervalsMs, type Environment } from "#lambdas/environment.ts";
import { enginesEnvironment, readEngines, type EnginesConfig } from "../engines.ts";
import { invalid, readOptional, readSwitch } from "../environment.ts";
import { readRules, rulesEnvironment, type RulesConfig } from "../rules.ts";

/** What a publisher is told from outside. Each place that is not named is left out. */
export interface PublisherConfig extends EnginesConfig, RulesConfig {
  /** The bars that are published. */
  readonly intervalMs: DurationMs;
  /** A partition that has been silent for this long holds no bar open. */
  readonly idleMs: DurationMs;
  /** Copies of the topics that are made. */
  readonly topicReplicas: number;
  /** A topic for `{symbol,timestamp,average}`. */
  readonly averagePriceTopic: string | undefined;
  /** A topic for `{start,end,stockName,avgPrice,minPrice,maxPrice,count}`. */
  readonly stockAveragesTopic: string | undefined;
  /** A channel for `{symbol,timestamp,average}`. */
  readonly redis: { readonly url: string; readonly channel: string } | undefined;
  /** Where final bars and raw trades are posted as line protocol. */
  readonly influx: { readonly url: string; readonly token: string | undefined } | undefined;
  /** Whether raw trades go to the table `stock`. */
  readonly hasStockTable: boolean;
}

/**
 * The configuration that {@link environment} wrote.
 * @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form.
 */
export const readConfig = (env: Environment): PublisherConfig => {
  const rules = readRules(env);
  return {
    ...readEngines(env),
    ...rules,
    intervalMs: readPublished(env, rules),
    idleMs: readDurationMs(env, "IDLE_MS"),
    topicReplicas: readCount(env, "TOPIC_REPLICAS"),
    averagePriceTopic: readOptional(env, "AVERAGE_PRICE_TOPIC"),
    stockAveragesTopic: readOptional(env, "STOCK_AVERAGES_TOPIC"),
    redis: readRedis(env),
    influx: readInflux(env),
    hasStockTable: readSwitch(env, "STOCK_TABLE"),
  };
};

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: PublisherConfig): Record<string, string> => ({
  ...enginesEnvironment(config),
  ...rulesEnvironment(config),
  PUBLISH_INTERVAL_MS: String(config.intervalMs),
  IDLE_MS: String(config.idleMs),
  TOPIC_REPLICAS: String(config.topicReplicas),
  AVERAGE_PRICE_TOPIC: config.averagePriceTopic ?? "",
  STOCK_AVERAGES_TOPIC: config.stockAveragesTopic ?? "",
  REDIS_URL: config.redis?.url ?? "",
  ...(config.redis && { REDIS_CHANNEL: config.redis.channel }),
  INFLUX_URL: config.influx?.url ?? "",
  INFLUX_TOKEN: config.influx?.token ?? "",
  STOCK_TABLE: config.hasStockTable ? "on" : "off",
});

const readPublished = (env: Environment, { intervals }: RulesConfig): DurationMs => {
  const [intervalMs, ...others] = readIntervalsMs(env, "PUBLISH_INTERVAL_MS");
  const storedMs = intervals.map((stored) => stored.intervalMs);
  if (intervalMs === undefined || others.length > 0) throw invalid("PUBLISH_INTERVAL_MS must be one interval");
  if (storedIntervalFor(intervalMs, storedMs) === undefined)
    throw invalid(
      `PUBLISH_INTERVAL_MS must be a multiple of a stored interval (${storedMs.map(intervalText).join(", ")}), was ${intervalText(intervalMs)}`,
    );
  return intervalMs;
};

const readRedis = (env: Environment): PublisherConfig["redis"] => {
  const url = readUrl(env, "REDIS_URL", ["redis://", "rediss://"]);
  return url === undefined ? undefined : { url, channel: readOptional(env, "REDIS_CHANNEL") ?? "average-stock-price" };
};

const readInflux = (env: Environment): PublisherConfig["influx"] => {
  const url = readUrl(env, "INFLUX_URL", ["http://", "https://"]);
  return url === undefined ? undefined : { url, token: readOptional(env, "INFLUX_TOKEN") };
};

const readUrl = (env: Environment, name: string, beginnings: readonly string[]): string | undefined => {
  const url = readOptional(env, name);
  if (url !== undefined && !(URL.canParse(url) && beginnings.some((beginning) => url.startsWith(beginning))))
    throw invalid(`${name} must begin with ${beginnings.join(" or ")}`);
  return url;
};
