import type { DurationMs } from "#core/units.ts";
import { readCount, readDurationMs, readText, type Environment } from "../environment.ts";

/** What the function that makes the ticks topic is told. */
export interface TopicConfig {
  readonly ticksStream: string;
  /** `host:port,host:port` */
  readonly ticksBrokers: string;
  readonly ticksPartitions: number;
  readonly ticksRetentionMs: DurationMs;
}

/**
 * The configuration that {@link environment} wrote.
 * @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form.
 */
export const readConfig = (env: Environment): TopicConfig => ({
  ticksStream: readText(env, "TICKS_STREAM"),
  ticksBrokers: readText(env, "TICKS_BROKERS"),
  ticksPartitions: readCount(env, "TICKS_PARTITIONS"),
  ticksRetentionMs: readDurationMs(env, "TICKS_RETENTION_MS"),
});

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: TopicConfig): Record<string, string> => ({
  TICKS_STREAM: config.ticksStream,
  TICKS_BROKERS: config.ticksBrokers,
  TICKS_PARTITIONS: String(config.ticksPartitions),
  TICKS_RETENTION_MS: String(config.ticksRetentionMs),
});
