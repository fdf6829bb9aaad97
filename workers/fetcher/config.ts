import type { DurationMs } from "#core/units.ts";
import { readCount, readDurationMs, readText, type Environment } from "#lambdas/environment.ts";
import { enginesEnvironment, readEngines, type EnginesConfig } from "../engines.ts";

/** What a fetcher is told from outside. */
export interface FetcherConfig extends EnginesConfig {
  /** Where trades come from, as `readSourceSpec` reads it; also the name of its lease. */
  readonly source: string;
  /** Record keys that symbols are spread over. */
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
  ...readEngines(env),
  source: readText(env, "SOURCE"),
  lanes: readCount(env, "LANES"),
  frameMaxTrades: readCount(env, "FRAME_MAX_TRADES"),
  frameMaxBytes: readCount(env, "FRAME_MAX_BYTES"),
  lingerMs: readDurationMs(env, "LINGER_MS"),
  maxUnfoldedTrades: readCount(env, "MAX_UNFOLDED_TRADES"),
});

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: FetcherConfig): Record<string, string> => ({
  ...enginesEnvironment(config),
  SOURCE: config.source,
  LANES: String(config.lanes),
  FRAME_MAX_TRADES: String(config.frameMaxTrades),
  FRAME_MAX_BYTES: String(config.frameMaxBytes),
  LINGER_MS: String(config.lingerMs),
  MAX_UNFOLDED_TRADES: String(config.maxUnfoldedTrades),
});
