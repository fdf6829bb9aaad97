import type { DurationMs } from "#core/units.ts";
import { readDurationMs, readText, type Environment } from "#lambdas/environment.ts";
import { enginesEnvironment, readEngines, type EnginesConfig } from "../engines.ts";
import { readRules, rulesEnvironment, type RulesConfig } from "../rules.ts";

/** What an aggregator is told from outside. */
export interface AggregatorConfig extends EnginesConfig, RulesConfig {
  /** The consumer group whose members share the partitions. */
  readonly group: string;
  /** A member that says nothing for so long loses its partitions. */
  readonly sessionMs: DurationMs;
  /** Panes are stored so often. */
  readonly lifeMs: DurationMs;
}

/**
 * The configuration that {@link environment} wrote.
 * @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form.
 */
export const readConfig = (env: Environment): AggregatorConfig => ({
  ...readEngines(env),
  ...readRules(env),
  group: readText(env, "GROUP"),
  sessionMs: readDurationMs(env, "SESSION_MS"),
  lifeMs: readDurationMs(env, "LIFE_MS"),
});

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: AggregatorConfig): Record<string, string> => ({
  ...enginesEnvironment(config),
  ...rulesEnvironment(config),
  GROUP: config.group,
  SESSION_MS: String(config.sessionMs),
  LIFE_MS: String(config.lifeMs),
});
