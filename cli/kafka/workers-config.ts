import type { Environment } from "#lambdas/environment.ts";
import { withDefaults } from "#workers/defaults.ts";
import { readEngines, type EnginesConfig } from "#workers/engines.ts";
import { readRules, type RulesConfig } from "#workers/rules.ts";

/** What the workers of these engines are told. */
export type WorkersConfig = EnginesConfig & RulesConfig;

/** Whether the environment names engines of workers. */
export const namesEngines = (env: Environment): boolean =>
  Boolean(env["KAFKA_BROKERS"] || env["CASSANDRA_CONTACT_POINTS"]);

/** @throws PipelineError TAPE_CONFIG_INVALID */
export const readWorkersConfig = (env: Environment): WorkersConfig => {
  const told = withDefaults(env);
  return { ...readEngines(told), ...readRules(told) };
};
