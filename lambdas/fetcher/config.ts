import type { DurationMs } from "#core/units.ts";
import { readCount, readDurationMs, readText, type Environment } from "../environment.ts";

/** What the fetcher is told from outside. */
export interface FetcherConfig {
  readonly ticksStream: string;
  readonly leasesTable: string;
  readonly checkpointsTable: string;
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
  leasesTable: readText(env, "LEASES_TABLE"),
  checkpointsTable: readText(env, "CHECKPOINTS_TABLE"),
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
  SOURCE: config.source,
  LANES: String(config.lanes),
  FRAME_MAX_TRADES: String(config.frameMaxTrades),
  FRAME_MAX_BYTES: String(config.frameMaxBytes),
  LINGER_MS: String(config.lingerMs),
  MAX_UNFOLDED_TRADES: String(config.maxUnfoldedTrades),
});
