import type { Environment } from "#lambdas/environment.ts";

/** What a worker does where its operator says nothing; the rest, where the engines are, has no default. */
export const DEFAULTS = {
  KAFKA_TLS: "off",
  TICKS_TOPIC: "ticks",
  BARS_TOPIC: "bars",
  TICKS_PARTITIONS: "4",
  BARS_PARTITIONS: "1",
  TOPIC_REPLICAS: "1",
  TICKS_RETENTION_MS: "86400000",
  CASSANDRA_TLS: "off",
  CASSANDRA_DATA_CENTER: "datacenter1",
  CASSANDRA_KEYSPACE: "tapestream",
  CASSANDRA_REPLICAS: "1",
  INTERVALS_MS: "10000:604800000,60000:34560000000",
  OFFERED_INTERVALS_MS: "300000,900000,3600000,86400000",
  SLIDING_AVERAGES: "",
  REJECTED_KEEP_MS: "2592000000",
  MAX_OUT_OF_ORDERNESS_MS: "2000",
  CLOCK_SKEW_MS: "10000",
  LIFE_MS: "5000",
  GROUP: "tapestream-aggregators",
  SESSION_MS: "10000",
  SOURCE: "replay:data/trades-2013-10-07-0930.csv.gz?shift=now&history=30m&loop=1",
  LANES: "64",
  FRAME_MAX_TRADES: "1000",
  FRAME_MAX_BYTES: "25000",
  LINGER_MS: "100",
  MAX_UNFOLDED_TRADES: "1000000",
  IDLE_MS: "10000",
  HEARTBEAT_MS: "1000",
  SOCKET_PORT: "8080",
  CONNECTION_MS: "7200000",
  TICKET_LIFE_MS: "60000",
  SITE_DIR: "",
  DASHBOARD_SYMBOLS: "AIG,BAC,IBM,SPY",
  DASHBOARD_WORDS: "",
  PUBLISH_INTERVAL_MS: "60000",
  STOCK_TABLE: "off",
  STOCK_KEEP_MS: "34560000000",
  HTTP_HOST: "127.0.0.1",
  HEALTH_PORT: "9400",
} as const;

/** `env` with the defaults where it says nothing. What is set to nothing stays so. */
export const withDefaults = (env: Environment): Environment => {
  const said = Object.entries(env).filter(([, text]) => text !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(said) };
};
