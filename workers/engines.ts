import { readFileSync } from "node:fs";
import type { ClusterOptions } from "#adapters/cassandra/client.ts";
import type { KafkaOptions } from "#adapters/kafka/topic.ts";
import { PipelineError } from "#core/errors.ts";
import { readText, type Environment } from "#lambdas/environment.ts";
import { invalid, readAddresses, readOptional, readSwitch } from "./environment.ts";

const SASL_MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;

export interface SaslConfig {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

export interface TlsConfig {
  /** A file of the authorities that are trusted, as PEM. @default those that Node knows */
  readonly caFile: string | undefined;
}

/** Where Cassandra is, and what of it is ours. */
export interface CassandraConfig {
  /** `host` or `host:port` each. */
  readonly contactPoints: readonly string[];
  readonly dataCenter: string;
  readonly keyspace: string;
  /** Undefined: plain text. */
  readonly cassandraTls: (TlsConfig & { readonly name: string | undefined }) | undefined;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/** Where Kafka and Cassandra are, and what of theirs is ours. */
export interface EnginesConfig extends CassandraConfig {
  /** `host` or `host:port` each. */
  readonly brokers: readonly string[];
  /** Undefined: plain text. */
  readonly kafkaTls: TlsConfig | undefined;
  readonly sasl: SaslConfig | undefined;
  readonly ticksTopic: string;
  readonly barsTopic: string;
}

/** @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form. */
export const readEngines = (env: Environment): EnginesConfig => ({
  brokers: readAddresses(env, "KAFKA_BROKERS"),
  kafkaTls: readTls(env, "KAFKA"),
  sasl: readSasl(env),
  ticksTopic: readText(env, "TICKS_TOPIC"),
  barsTopic: readText(env, "BARS_TOPIC"),
  ...readCassandra(env),
});

/** @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form. */
export const readCassandra = (env: Environment): CassandraConfig => ({
  contactPoints: readAddresses(env, "CASSANDRA_CONTACT_POINTS"),
  dataCenter: readText(env, "CASSANDRA_DATA_CENTER"),
  keyspace: readKeyspace(env),
  cassandraTls: readCassandraTls(env),
  credentials: readCredentials(env),
});

/** The environment variables that {@link readEngines} reads back. */
export const enginesEnvironment = (config: EnginesConfig): Record<string, string> => ({
  KAFKA_BROKERS: config.brokers.join(","),
  KAFKA_TLS: config.kafkaTls === undefined ? "off" : "on",
  KAFKA_CA_FILE: config.kafkaTls?.caFile ?? "",
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
  CASSANDRA_TLS: config.cassandraTls === undefined ? "off" : "on",
  CASSANDRA_CA_FILE: config.cassandraTls?.caFile ?? "",
  CASSANDRA_TLS_NAME: config.cassandraTls?.name ?? "",
  ...(config.credentials && {
    CASSANDRA_USERNAME: config.credentials.username,
    CASSANDRA_PASSWORD: config.credentials.password,
  }),
});

/** @throws PipelineError TAPE_CONFIG_INVALID when a file of authorities cannot be read */
export const kafkaOf = ({ brokers, kafkaTls, sasl }: EnginesConfig): KafkaOptions => {
  const security = { ...(kafkaTls && { tls: authoritiesOf(kafkaTls) }), ...(sasl && { sasl }) };
  return { brokers, security };
};

/** @throws PipelineError TAPE_CONFIG_INVALID when a file of authorities cannot be read */
export const clusterOf = ({
  contactPoints,
  dataCenter,
  cassandraTls,
  credentials,
}: CassandraConfig): ClusterOptions => ({
  contactPoints,
  dataCenter,
  ...(cassandraTls && { tls: { ...authoritiesOf(cassandraTls), name: cassandraTls.name } }),
  ...(credentials && { credentials }),
});

const authoritiesOf = ({ caFile }: TlsConfig): { readonly ca?: string } => {
  if (caFile === undefined) return {};
  try {
    return { ca: readFileSync(caFile, "utf8") };
  } catch (cause) {
    throw new PipelineError("TAPE_CONFIG_INVALID", `a file of authorities must be readable, ${caFile} was not`, {
      cause,
    });
  }
};

const readTls = (env: Environment, engine: "KAFKA" | "CASSANDRA"): TlsConfig | undefined => {
  const caFile = readOptional(env, `${engine}_CA_FILE`);
  if (readSwitch(env, `${engine}_TLS`)) return { caFile };
  if (caFile !== undefined) throw invalid(`${engine}_CA_FILE needs ${engine}_TLS=on, was off`);
  return undefined;
};

const readCassandraTls = (env: Environment): CassandraConfig["cassandraTls"] => {
  const tls = readTls(env, "CASSANDRA");
  return tls && { ...tls, name: readOptional(env, "CASSANDRA_TLS_NAME") };
};

const readSasl = (env: Environment): SaslConfig | undefined => {
  const text = readOptional(env, "KAFKA_SASL");
  if (text === undefined) return undefined;
  const mechanism = SASL_MECHANISMS.find((candidate) => candidate === text);
  if (mechanism === undefined)
    throw invalid(`KAFKA_SASL must be ${SASL_MECHANISMS.join(" or ")}, was ${JSON.stringify(text)}`);
  return { mechanism, username: readText(env, "KAFKA_USERNAME"), password: readText(env, "KAFKA_PASSWORD") };
};

const readCredentials = (env: Environment): CassandraConfig["credentials"] => {
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
