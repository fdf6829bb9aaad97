import { readText, type Environment } from "#lambdas/environment.ts";
import { withDefaults } from "#workers/defaults.ts";
import {
  enginesEnvironment,
  readCassandra,
  readEngines,
  type CassandraConfig,
  type EnginesConfig,
} from "#workers/engines.ts";
import { readRules, rulesEnvironment, type RulesConfig } from "#workers/rules.ts";

/** What the workers of these engines are told. */
export type WorkersConfig = EnginesConfig & RulesConfig;

/** As much of it as who reads bars has to know. */
export type StoredBarsConfig = CassandraConfig & RulesConfig & Pick<EnginesConfig, "ticksTopic">;

/** Whether the environment names engines of workers. */
export const namesEngines = (env: Environment): boolean =>
  Boolean(env["KAFKA_BROKERS"] || env["CASSANDRA_CONTACT_POINTS"]);

/** @throws PipelineError TAPE_CONFIG_INVALID */
export const readWorkersConfig = (env: Environment): WorkersConfig => {
  const told = withDefaults(env);
  return { ...readEngines(told), ...readRules(told) };
};

/** @throws PipelineError TAPE_CONFIG_INVALID */
export const readStoredBarsConfig = (env: Environment): StoredBarsConfig => {
  const told = withDefaults(env);
  return { ...readCassandra(told), ...readRules(told), ticksTopic: readText(told, "TICKS_TOPIC") };
};

/** The variables by which others find what these workers use. Who they are is a secret: whoever asks says it himself. */
export const toldToOthers = (env: Environment): Readonly<Record<string, string>> => {
  const config = readWorkersConfig(env);
  return {
    ...enginesEnvironment({ ...config, sasl: undefined, credentials: undefined }),
    ...rulesEnvironment(config),
  };
};
