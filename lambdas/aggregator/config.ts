import type { DurationMs } from "#core/units.ts";
import {
  optionalTexts,
  readDurationMs,
  readOptionalText,
  readStoredIntervals,
  readText,
  storedIntervalsText,
  type Environment,
  type StoredInterval,
} from "../environment.ts";

/** What the aggregator is told from outside. */
export interface AggregatorConfig {
  readonly ticksStream: string;
  /** `host:port,host:port` of an MSK cluster whose topic the ticks stream is; undefined where it is a Kinesis stream. */
  readonly ticksBrokers?: string | undefined;
  readonly barsStream: string;
  readonly panesTable: string;
  readonly checkpointsTable: string;
  readonly rejectedTable: string;
  readonly symbolsTable: string;
  /** The keyspace of Amazon Keyspaces that has all of these tables; undefined where they are DynamoDB's. */
  readonly keyspace?: string | undefined;
  /** Intervals whose panes are stored, at least one, and how long after writing each pane is kept. */
  readonly intervals: readonly StoredInterval[];
  /** How far event times may step back before a trade counts as late. */
  readonly maxOutOfOrdernessMs: DurationMs;
  /** How far an event time may be ahead of its record's arrival. */
  readonly clockSkewMs: DurationMs;
  readonly rejectedKeepMs: DurationMs;
  /** How long ticks stay readable. */
  readonly ticksRetentionMs: DurationMs;
}

/**
 * The configuration that {@link environment} wrote.
 * @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form.
 */
export const readConfig = (env: Environment): AggregatorConfig => ({
  ticksStream: readText(env, "TICKS_STREAM"),
  ticksBrokers: readOptionalText(env, "TICKS_BROKERS"),
  barsStream: readText(env, "BARS_STREAM"),
  panesTable: readText(env, "PANES_TABLE"),
  checkpointsTable: readText(env, "CHECKPOINTS_TABLE"),
  rejectedTable: readText(env, "REJECTED_TABLE"),
  symbolsTable: readText(env, "SYMBOLS_TABLE"),
  keyspace: readOptionalText(env, "KEYSPACE"),
  intervals: readStoredIntervals(env, "INTERVALS_MS"),
  maxOutOfOrdernessMs: readDurationMs(env, "MAX_OUT_OF_ORDERNESS_MS"),
  clockSkewMs: readDurationMs(env, "CLOCK_SKEW_MS"),
  rejectedKeepMs: readDurationMs(env, "REJECTED_KEEP_MS"),
  ticksRetentionMs: readDurationMs(env, "TICKS_RETENTION_MS"),
});

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: AggregatorConfig): Record<string, string> => ({
  TICKS_STREAM: config.ticksStream,
  BARS_STREAM: config.barsStream,
  PANES_TABLE: config.panesTable,
  CHECKPOINTS_TABLE: config.checkpointsTable,
  REJECTED_TABLE: config.rejectedTable,
  SYMBOLS_TABLE: config.symbolsTable,
  ...optionalTexts({ TICKS_BROKERS: config.ticksBrokers, KEYSPACE: config.keyspace }),
  INTERVALS_MS: storedIntervalsText(config.intervals),
  MAX_OUT_OF_ORDERNESS_MS: String(config.maxOutOfOrdernessMs),
  CLOCK_SKEW_MS: String(config.clockSkewMs),
  REJECTED_KEEP_MS: String(config.rejectedKeepMs),
  TICKS_RETENTION_MS: String(config.ticksRetentionMs),
});
