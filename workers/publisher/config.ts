import { intervalText, storedIntervalFor } from "#core/interval.ts";
import { readSlidingWindows, slidingWindowText, type SlidingWindow } from "#core/sliding-window.ts";
import type { DurationMs } from "#core/units.ts";
import { readDurationMs, readIntervalsMs, type Environment } from "#lambdas/environment.ts";
import { enginesEnvironment, readEngines, type EnginesConfig } from "../engines.ts";
import { invalid, readOptional, readTexts } from "../environment.ts";
import { olderReadersEnvironment, readOlderReaders, type OlderReadersConfig } from "../older-readers.ts";
import { readRules, rulesEnvironment, type RulesConfig } from "../rules.ts";

/** What a publisher is told from outside. Each place that is not named is left out. */
export interface PublisherConfig extends EnginesConfig, RulesConfig, OlderReadersConfig {
  /** The bars that are published where no sliding average is asked for. */
  readonly intervalMs: DurationMs;
  /** A partition that has been silent for this long holds no bar open. */
  readonly idleMs: DurationMs;
  /** A channel for `{symbol,timestamp,average}`. */
  readonly redis: { readonly url: string; readonly channel: string } | undefined;
  /** Where final bars and raw trades are posted as line protocol. */
  readonly influx: { readonly url: string; readonly token: string | undefined } | undefined;
  /** Of which windows each place gets averages instead of bars. */
  readonly sliding: {
    readonly averagePrice: SlidingWindow | undefined;
    readonly stockAverages: SlidingWindow | undefined;
    readonly redis: SlidingWindow | undefined;
    /** InfluxDB, which tells them apart, gets them besides bars. */
    readonly influx: readonly SlidingWindow[];
  };
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
    ...readOlderReaders(env),
    intervalMs: readPublished(env, rules),
    idleMs: readDurationMs(env, "IDLE_MS"),
    redis: readRedis(env),
    influx: readInflux(env),
    sliding: readSliding(env, rules),
  };
};

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: PublisherConfig): Record<string, string> => ({
  ...enginesEnvironment(config),
  ...rulesEnvironment(config),
  ...olderReadersEnvironment(config),
  PUBLISH_INTERVAL_MS: String(config.intervalMs),
  IDLE_MS: String(config.idleMs),
  REDIS_URL: config.redis?.url ?? "",
  ...(config.redis && { REDIS_CHANNEL: config.redis.channel }),
  INFLUX_URL: config.influx?.url ?? "",
  INFLUX_TOKEN: config.influx?.token ?? "",
  AVERAGE_PRICE_SLIDING: namesOf(config.sliding.averagePrice),
  STOCK_AVERAGES_SLIDING: namesOf(config.sliding.stockAverages),
  REDIS_SLIDING: namesOf(config.sliding.redis),
  INFLUX_SLIDING: namesOf(...config.sliding.influx),
});

const namesOf = (...windows: readonly (SlidingWindow | undefined)[]): string =>
  windows.flatMap((window) => (window === undefined ? [] : slidingWindowText(window))).join(",");

/** What is to be handed over must be among the sliding averages, whose steps all workers store. */
const readSliding = (env: Environment, { slidingAverages }: RulesConfig): PublisherConfig["sliding"] => {
  const known = slidingAverages.map(slidingWindowText);
  const readAll = (name: string): readonly SlidingWindow[] => {
    const windows = readSlidingWindows(readTexts(env, name), name);
    const odd = windows.map(slidingWindowText).find((text) => !known.includes(text));
    if (odd === undefined) return windows;
    throw invalid(`${name} must be of SLIDING_AVERAGES (${known.join(", ") || "none"}), was ${JSON.stringify(odd)}`);
  };
  const readOne = (name: string): SlidingWindow | undefined => {
    const [window, ...others] = readAll(name);
    if (others.length > 0) throw invalid(`${name} must be one sliding average, was ${JSON.stringify(env[name])}`);
    return window;
  };
  return {
    averagePrice: readOne("AVERAGE_PRICE_SLIDING"),
    stockAverages: readOne("STOCK_AVERAGES_SLIDING"),
    redis: readOne("REDIS_SLIDING"),
    influx: readAll("INFLUX_SLIDING"),
  };
};

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
