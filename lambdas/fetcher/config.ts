import type { DurationMs } from "#core/units.ts";
import {
  optionalTexts,
  readCount,
  readDurationMs,
  readOptionalText,
  readText,
  type Environment,
} from "../environment.ts";

/** What the fetcher is told from outside. */
export interface FetcherConfig {
  readonly ticksStream: string;
  /** `host:port,host:port` of an MSK cluster whose topic the ticks stream is; undefined where it is a Kinesis stream. */
  readonly ticksBrokers?: string | undefined;
  readonly leasesTable: string;
  readonly checkpointsTable: string;
  /** The keyspace of Amazon Keyspaces that has all of these tables; undefined where they are DynamoDB's. */
  readonly keyspace?: string | undefined;
  /** Where trades come from; read by `source-spec.ts`. Files are relative to the function's own folder. */
  readonly source: string;
  /** Partition keys that symbols are spread over. */
  readonly lanes: number;
  /** A frame is closed at this many trades, */
  readonly frameMaxTrades: number;
  /** or when one more trade would make it longer than this, */
  readonly frameMaxBytes: number;
  /** or this long after its first trade. */
  readonly lingerMs: DurationMs;
  /** As many trades may be sent and not folded yet, about. */
  readonly maxUnfoldedTrades: number;
}

/**
 * The configuration that {@link environment} wrote.
 * @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form.
 */
export const readConfig = (env: Environment): FetcherConfig => ({
  ticksStream: readText(env, "TICKS_STREAM"),
  ticksBrokers: readOptionalText(env, "TICKS_BROKERS"),
  leasesTable: readText(env, "LEASES_TABLE"),
  checkpointsTable: readText(env, "CHECKPOINTS_TABLE"),
  keyspace: readOptionalText(env, "KEYSPACE"),
  source: readText(env, "SOURCE"),
  lanes: readCount(env, "LANES"),
  frameMaxTrades: readCount(env, "FRAME_MAX_TRADES"),
  frameMaxBytes: readCount(env, "FRAME_MAX_BYTES"),
  lingerMs: readDurationMs(env, "LINGER_MS"),
  maxUnfoldedTrades: readCount(env, "MAX_UNFOLDED_TRADES"),
});

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: FetcherConfig): Record<string, string> => ({
  TICKS_STREAM: config.ticksStream,
  LEASES_TABLE: config.leasesTable,
  CHECKPOINTS_TABLE: config.checkpointsTable,
  ...optionalTexts({ TICKS_BROKERS: config.ticksBrokers, KEYSPACE: config.keyspace }),
  SOURCE: config.source,
  LANES: String(config.lanes),
  FRAME_MAX_TRADES: String(config.frameMaxTrades),
  FRAME_MAX_BYTES: String(config.frameMaxBytes),
  LINGER_MS: String(config.lingerMs),
  MAX_UNFOLDED_TRADES: String(config.maxUnfoldedTrades),
});
