import { PipelineError } from "#core/errors.ts";
import { intervalText, storedIntervalFor } from "#core/interval.ts";
import { barsPlanOf } from "#core/plan/bars.ts";
import { DEFAULT_LOAD } from "#core/plan/load.ts";
import { STATE_LIMIT_BYTES, stateSizeOf } from "#core/plan/state-size.ts";
import { ticksPlanOf } from "#core/plan/ticks.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import type { StoredInterval } from "#lambdas/environment.ts";
import {
  intervals,
  invalid,
  isRecord,
  milliseconds,
  oneOf,
  source,
  span,
  storedIntervals,
  symbols,
  wholeNumber,
  wholeNumberOrAuto,
  type Reader,
} from "./config-values.ts";

/** What a deployment can choose. Each setting is a key of context; see {@link readConfig}. */
export interface TapestreamConfig {
  /** Trades a second that are expected, all symbols together: what is `auto` is planned for them. @default 1000 */
  readonly tradesPerSecond: number;
  /** Shards of the ticks stream; each takes 1 MB or 1,000 records a second. @default auto, as `npm run plan` reckons */
  readonly shards: number;
  /** Shards of the bars stream. @default auto, as `npm run plan` reckons */
  readonly barsShards: number;
  /** Memory of the aggregator, and its CPU with it. @default auto, as `npm run plan` reckons */
  readonly aggregatorMemoryMiB: number;
  /** How long ticks stay readable. @default 24 */
  readonly ticksRetentionHours: number;
  /** Lambda's tumbling window over ticks, by arrival; 0 for none. @default 15 */
  readonly arrivalWindowSeconds: number;
  /** Records of ticks in one invocation, at most. @default 10000 */
  readonly batchSize: number;
  /** How long Lambda gathers ticks for one invocation. @default 1 */
  readonly batchingWindowSeconds: number;
  /** How often a failed batch of ticks is tried again; -1 for until its records are about to expire. @default -1 */
  readonly retryAttempts: number;
  /** Where trades come from; see `lambdas/fetcher/source-spec.ts`. @default the shipped trades, replayed */
  readonly source: string;
  /** Symbols that the source is expected to carry, for the check of the state's size. @default AIG,BAC,IBM,SPY */
  readonly symbols: readonly string[];
  /** How many symbols that is, where they are too many to name. @default auto, as many as `symbols` names */
  readonly symbolCount: number;
  /** Stored intervals and how long each is kept. @default 10s:7d,1m:400d */
  readonly intervals: readonly StoredInterval[];
  /** Intervals folded from stored ones on read. @default 5m,15m,1h,1d */
  readonly offeredIntervals: readonly DurationMs[];
  /** Partition keys that symbols are spread over. @default 64 */
  readonly lanes: number;
  /** @default 1000 */
  readonly frameMaxTrades: number;
  /** @default 25000 */
  readonly frameMaxBytes: number;
  /** @default 100 */
  readonly lingerMs: DurationMs;
  /** A source that is faster than the pipeline waits while about so many trades are sent and not folded. @default 1000000 */
  readonly maxUnfoldedTrades: number;
  /** @default 2000 */
  readonly maxOutOfOrdernessMs: DurationMs;
  /** @default 10000 */
  readonly idleMs: DurationMs;
  /** How often every connection is told how the pipeline stands. @default 1 */
  readonly heartbeatSeconds: number;
  /** @default 10000 */
  readonly clockSkewMs: DurationMs;
  /** How long rejected records are kept. @default 30d */
  readonly rejectedKeep: DurationMs;
  /** Who may connect: callers that IAM allows, or anybody. @default iam */
  readonly access: "iam" | "public";
  /** What posts to sockets: our own lean client, or the SDK's. @default lean */
  readonly socketClient: "lean" | "sdk";
  /** What happens to stored data when its stack is deleted. @default retain */
  readonly dataRemoval: "retain" | "destroy";
  /** @default INFO */
  readonly logLevel: "DEBUG" | "INFO" | "WARN" | "ERROR";
}

/** Settings that follow from others unless they are given. */
type PlannedKey = "shards" | "barsShards" | "aggregatorMemoryMiB" | "symbolCount";

/** The settings as they are given. */
type Settings = Omit<TapestreamConfig, PlannedKey> & Readonly<Record<PlannedKey, number | "auto">>;

const DEFAULTS: Readonly<Record<keyof TapestreamConfig, unknown>> = {
  tradesPerSecond: 1_000,
  shards: "auto",
  barsShards: "auto",
  aggregatorMemoryMiB: "auto",
  ticksRetentionHours: 24,
  arrivalWindowSeconds: 15,
  batchSize: 10_000,
  batchingWindowSeconds: 1,
  retryAttempts: -1,
  source: "replay:data/trades-2013-10-07-0930.csv.gz",
  symbols: "AIG,BAC,IBM,SPY",
  symbolCount: "auto",
  intervals: "10s:7d,1m:400d",
  offeredIntervals: "5m,15m,1h,1d",
  lanes: 64,
  frameMaxTrades: 1_000,
  frameMaxBytes: 25_000,
  lingerMs: 100,
  maxUnfoldedTrades: 1_000_000,
  maxOutOfOrdernessMs: 2_000,
  idleMs: 10_000,
  heartbeatSeconds: 1,
  clockSkewMs: 10_000,
  rejectedKeep: "30d",
  access: "iam",
  socketClient: "lean",
  dataRemoval: "retain",
  logLevel: "INFO",
};

/**
 * Ranges are those of the services.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html (batches, window, retries)
 * Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html (shards, retention, record size)
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html (memory)
 */
const READERS: { readonly [Key in keyof Settings]: Reader<Settings[Key]> } = {
  tradesPerSecond: wholeNumber(1, 100_000_000),
  shards: wholeNumberOrAuto(1, 20_000),
  barsShards: wholeNumberOrAuto(1, 20_000),
  aggregatorMemoryMiB: wholeNumberOrAuto(256, 10_240),
  ticksRetentionHours: wholeNumber(24, 8_760),
  arrivalWindowSeconds: wholeNumber(0, 900),
  batchSize: wholeNumber(1, 10_000),
  batchingWindowSeconds: wholeNumber(0, 300),
  retryAttempts: wholeNumber(-1, 10_000),
  source,
  symbols,
  symbolCount: wholeNumberOrAuto(1, 1_000_000),
  intervals: storedIntervals,
  offeredIntervals: intervals,
  lanes: wholeNumber(1, 65_536),
  frameMaxTrades: wholeNumber(1, 1_000_000),
  frameMaxBytes: wholeNumber(1_000, 1_000_000),
  lingerMs: milliseconds,
  maxUnfoldedTrades: wholeNumber(1, 1_000_000_000),
  maxOutOfOrdernessMs: milliseconds,
  idleMs: milliseconds,
  heartbeatSeconds: wholeNumber(1, 60),
  clockSkewMs: milliseconds,
  rejectedKeep: span,
  access: oneOf("iam", "public"),
  socketClient: oneOf("lean", "sdk"),
  dataRemoval: oneOf("retain", "destroy"),
  logLevel: oneOf("DEBUG", "INFO", "WARN", "ERROR"),
};

const KEYS = Object.keys(READERS) as readonly (keyof TapestreamConfig)[];

/**
 * The configuration that CDK context holds: the defaults, changed by the object under the key `tapestream`, changed by
 * context keys of the settings' own names, as `-c shards=4` gives them.
 * @throws PipelineError TAPE_CONFIG_INVALID with one sentence on the first mistake found.
 */
export const readConfig = (context: Readonly<Record<string, unknown>>): TapestreamConfig => {
  const { tapestream = {}, ...flat } = context;
  if (!isRecord(tapestream)) throw invalid("tapestream must be an object of settings", tapestream);
  const chosen = { ...DEFAULTS, ...known(tapestream), ...known(withoutCdkKeys(flat)) };
  const read = KEYS.map((key) => [key, READERS[key](chosen[key], key)]);
  const config = planned(Object.fromEntries(read) as Settings);
  checkOffered(config);
  checkState(config);
  return config;
};

/** The settings with what is `auto` as the plan for them has it. */
const planned = (settings: Settings): TapestreamConfig => {
  const { shards, barsShards, aggregatorMemoryMiB } = settings;
  const symbolCount = settings.symbolCount === "auto" ? settings.symbols.length : settings.symbolCount;
  const load = { ...DEFAULT_LOAD, ...settings, symbolCount };
  const ticks = ticksPlanOf(load, aggregatorMemoryMiB === "auto" ? undefined : aggregatorMemoryMiB);
  const given = { ...ticks, shards: shards === "auto" ? ticks.shards : shards };
  return {
    ...settings,
    symbolCount,
    shards: given.shards,
    barsShards: barsShards === "auto" ? barsPlanOf(load, given).shards : barsShards,
    aggregatorMemoryMiB: ticks.aggregator.memoryMiB,
  };
};

/** Context without CDK's own keys, which carry a colon: `@aws-cdk/core:…`, `aws:cdk:…`, `vpc-provider:…`. */
const withoutCdkKeys = (context: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(context).filter(([key]) => !key.includes(":")));

const known = (settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const unknown = Object.keys(settings).find((key) => !Object.hasOwn(READERS, key));
  if (unknown !== undefined) throw invalid(`a setting must be one of ${KEYS.join(", ")}`, unknown);
  return settings;
};

const checkOffered = (config: TapestreamConfig): void => {
  const storedMs = config.intervals.map(({ intervalMs }) => intervalMs);
  const odd = config.offeredIntervals.find((offeredMs) => storedIntervalFor(offeredMs, storedMs) === undefined);
  if (odd !== undefined) {
    const stored = storedMs.map(intervalText).join(" or ");
    throw invalid(`offeredIntervals must be whole multiples of a stored interval (${stored})`, intervalText(odd));
  }
};

const checkState = (config: TapestreamConfig): void => {
  if (config.arrivalWindowSeconds === 0) return;
  const { isWithinLimit, arithmetic } = stateSizeOf({
    symbolCount: config.symbolCount,
    shardCount: Math.min(config.shards, config.lanes),
    intervalsMs: config.intervals.map(({ intervalMs }) => intervalMs),
    arrivalWindowMs: durationMs(config.arrivalWindowSeconds * 1_000),
    maxOutOfOrdernessMs: config.maxOutOfOrdernessMs,
  });
  if (!isWithinLimit) {
    throw new PipelineError(
      "TAPE_CONFIG_INVALID",
      `the state of an arrival window must fit ${STATE_LIMIT_BYTES} bytes of Lambda's 1 MB, was ${arithmetic}: ` +
        "take more shards, a shorter arrivalWindowSeconds or fewer intervals",
    );
  }
};
