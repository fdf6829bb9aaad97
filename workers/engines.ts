import type { ClusterOptions } from "#adapters/cassandra/client.ts";
import type { KafkaOptions } from "#adapters/kafka/topic.ts";
import { readText, type Environment } from "#lambdas/environment.ts";
import { invalid, readList, readOptional, readSwitch } from "./environment.ts";

const SASL_MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;

export interface SaslConfig {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

/** Where Kafka and Cassandra are, and what of theirs is ours. */
export interface EnginesConfig {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly isTls: boolean;
  readonly sasl: SaslConfig | undefined;
  readonly ticksTopic: string;
  readonly barsTopic: string;
  /** `host` or `host:port` each. */
  readonly contactPoints: readonly string[];
  readonly dataCenter: string;
  readonly keyspace: string;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/** @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form. */
export const readEngines = (env: Environment): EnginesConfig => ({
  brokers: readList(env, "KAFKA_BROKERS"),
  isTls: readSwitch(env, "KAFKA_TLS"),
  sasl: readSasl(env),
  ticksTopic: readText(env, "TICKS_TOPIC"),
  barsTopic: readText(env, "BARS_TOPIC"),
  contactPoints: readList(env, "CASSANDRA_CONTACT_POINTS"),
  dataCenter: readText(env, "CASSANDRA_DATA_CENTER"),
  keyspace: readKeyspace(env),
  credentials: readCredentials(env),
});

/** The environment variables that {@link readEngines} reads back. */
export const enginesEnvironment = (config: EnginesConfig): Record<string, string> => ({
  KAFKA_BROKERS: config.brokers.join(","),
  KAFKA_TLS: config.isTls ? "on" : "off",
  ...(config.sasl && {
    KAFKA_SASL: config.sasl.mechanism,
    KAFKA_USERNAME: config.sasl.username,
    KAFKA_PASSWORD: config.sasl.password,
  }),
  TICKS_TOPIC: config.ticksTopic,
  BARS_TOPIC: config.barsTopic,
  CASSANDRA_CONTACT_POINTS: config.contactPoints.join(","),
  CASSANDRA_DATA_CENTER: config.dataCenter,
  CASSANDRA_KEYSPACE: config.keyspace,
  ...(config.credentials && {
    CASSANDRA_USERNAME: config.credentials.username,
    CASSANDRA_PASSWORD: config.credentials.password,
  }),
});

export const kafkaOf = ({ brokers, isTls, sasl }: EnginesConfig): KafkaOptions => {
  const security = { ...(isTls && { tls: {} }), ...(sasl && { sasl }) };
  return { brokers, security };
};

export const clusterOf = ({ contactPoints, dataCenter, credentials }: EnginesConfig): ClusterOptions => ({
  contactPoints,
  dataCenter,
  ...(credentials && { credentials }),
});

const readSasl = (env: Environment): SaslConfig | undefined => {
  const text = readOptional(env, "KAFKA_SASL");
  if (text === undefined) return undefined;
  const mechanism = SASL_MECHANISMS.find((candidate) => candidate === text);
  if (mechanism === undefined)
    throw invalid(`KAFKA_SASL must be ${SASL_MECHANISMS.join(" or ")}, was ${JSON.stringify(text)}`);
  return { mechanism, username: readText(env, "KAFKA_USERNAME"), password: readText(env, "KAFKA_PASSWORD") };
};

const readCredentials = (env: Environment): EnginesConfig["credentials"] => {
  const username = readOptional(env, "CASSANDRA_USERNAME");
  return username === undefined ? undefined : { username, password: readText(env, "CASSANDRA_PASSWORD") };
};

/** A name goes into statements as it is. */
const readKeyspace = (env: Environment): string => {
  const name = readText(env, "CASSANDRA_KEYSPACE");
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(name))
    throw invalid(`CASSANDRA_KEYSPACE must be up to 48 lower-case letters, digits and _, was ${JSON.stringify(name)}`);
  return name;
};
