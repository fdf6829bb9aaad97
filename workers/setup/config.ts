import { readCount, type Environment } from "#lambdas/environment.ts";
import { enginesEnvironment, readEngines, type EnginesConfig } from "../engines.ts";
import { olderReadersEnvironment, readOlderReaders, type OlderReadersConfig } from "../older-readers.ts";
import { readRules, rulesEnvironment, type RulesConfig } from "../rules.ts";

/** What the topics and tables are made with; of those that are there already nothing changes. */
export interface SetupConfig extends EnginesConfig, RulesConfig, OlderReadersConfig {
  readonly ticksPartitions: number;
  readonly barsPartitions: number;
  /** Copies of each topic. */
  readonly topicReplicas: number;
  /** Copies of each row. */
  readonly rowReplicas: number;
}

/**
 * The configuration that {@link environment} wrote.
 * @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form.
 */
export const readConfig = (env: Environment): SetupConfig => ({
  ...readEngines(env),
  ...readRules(env),
  ...readOlderReaders(env),
  ticksPartitions: readCount(env, "TICKS_PARTITIONS"),
  barsPartitions: readCount(env, "BARS_PARTITIONS"),
  topicReplicas: readCount(env, "TOPIC_REPLICAS"),
  rowReplicas: readCount(env, "CASSANDRA_REPLICAS"),
});

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: SetupConfig): Record<string, string> => ({
  ...enginesEnvironment(config),
  ...rulesEnvironment(config),
  ...olderReadersEnvironment(config),
  TICKS_PARTITIONS: String(config.ticksPartitions),
  BARS_PARTITIONS: String(config.barsPartitions),
  TOPIC_REPLICAS: String(config.topicReplicas),
  CASSANDRA_REPLICAS: String(config.rowReplicas),
});
