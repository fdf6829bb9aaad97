import fc from "fast-check";
import { SOURCE_KINDS } from "#core/protocol/dashboard-config.ts";
import { readSlidingWindows, withSteps } from "#core/sliding-window.ts";
import { durationMs, epochMs } from "#core/units.ts";
import type { Environment } from "#lambdas/environment.ts";
import { configContract } from "#lambdas/config.contract.ts";
import * as aggregator from "./aggregator/config.ts";
import * as broadcaster from "./broadcaster/config.ts";
import { DEFAULTS } from "./defaults.ts";
import type { EnginesConfig } from "./engines.ts";
import * as fetcher from "./fetcher/config.ts";
import * as publisher from "./publisher/config.ts";
import type { OlderReadersConfig } from "./older-readers.ts";
import type { RulesConfig } from "./rules.ts";
import * as setup from "./setup/config.ts";

const duration = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).map(durationMs);
const count = fc.integer({ min: 1, max: 1_000_000 });
const interval = fc.integer({ min: 1, max: 604_800 }).map((seconds) => durationMs(seconds * 1_000));
const text = fc.string({ minLength: 1 });
const word = fc.stringMatching(/^[a-z0-9.:-]{1,20}$/);
const words = fc.array(word, { minLength: 1, maxLength: 4 });
const addresses = fc.array(fc.stringMatching(/^[a-z0-9.-]{1,20}(:[1-9]\d{0,3})?$/), { minLength: 1, maxLength: 4 });
const perhaps = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });

const engines = {
  brokers: addresses,
  kafkaTls: perhaps(fc.record({ caFile: perhaps(text) })),
  sasl: perhaps(
    fc.record({
      mechanism: fc.constantFrom("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"),
      username: text,
      password: text,
    }),
  ),
  ticksTopic: text,
  barsTopic: text,
  contactPoints: addresses,
  dataCenter: text,
  keyspace: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/),
  cassandraTls: perhaps(fc.record({ caFile: perhaps(text), name: perhaps(text) })),
  credentials: perhaps(fc.record({ username: text, password: text })),
} satisfies { [Key in keyof EnginesConfig]: fc.Arbitrary<EnginesConfig[Key]> };

const SLIDING = readSlidingWindows(["10s/5s", "3s/1s"], "these");
const someSliding = fc.subarray([...SLIDING]);
const oneSliding = perhaps(fc.constantFrom(...SLIDING));

const rules = {
  intervals: fc
    .uniqueArray(fc.record({ intervalMs: interval, keepMs: duration }), { selector: ({ intervalMs }) => intervalMs })
    .map((stored) => stored.filter(({ intervalMs }) => intervalMs > 5_000))
    .map((stored) => withSteps(stored, SLIDING)),
  slidingAverages: someSliding,
  rejectedKeepMs: duration,
  ticksRetentionMs: duration,
  maxOutOfOrdernessMs: duration,
  clockSkewMs: duration,
} satisfies { [Key in keyof RulesConfig]: fc.Arbitrary<RulesConfig[Key]> };

const olderReaders = {
  averagePriceTopic: perhaps(text),
  stockAveragesTopic: perhaps(text),
  hasStockTable: fc.boolean(),
  stockKeepMs: duration,
} satisfies { [Key in keyof OlderReadersConfig]: fc.Arbitrary<OlderReadersConfig[Key]> };

const enginesEnv = {
  KAFKA_BROKERS: "kafka-0:9092,[fd00::1]:9092",
  KAFKA_TLS: "on",
  KAFKA_CA_FILE: "/etc/kafka/ca.pem",
  KAFKA_SASL: "SCRAM-SHA-512",
  KAFKA_USERNAME: "worker",
  KAFKA_PASSWORD: "secret",
  TICKS_TOPIC: "ticks",
  BARS_TOPIC: "bars",
  CASSANDRA_CONTACT_POINTS: "cassandra-0:9042",
  CASSANDRA_DATA_CENTER: "datacenter1",
  CASSANDRA_KEYSPACE: "tapestream",
  CASSANDRA_TLS: "on",
  CASSANDRA_CA_FILE: "/etc/cassandra/ca.pem",
  CASSANDRA_TLS_NAME: "cassandra.example",
  CASSANDRA_USERNAME: "worker",
  CASSANDRA_PASSWORD: "secret",
};

const pick = (...names: readonly (keyof typeof DEFAULTS)[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, DEFAULTS[name]]));

const rulesEnv = {
  ...pick("INTERVALS_MS", "SLIDING_AVERAGES", "REJECTED_KEEP_MS"),
  ...pick("TICKS_RETENTION_MS", "MAX_OUT_OF_ORDERNESS_MS", "CLOCK_SKEW_MS"),
};

const olderReadersEnv = {
  ...pick("STOCK_TABLE", "STOCK_KEEP_MS"),
  AVERAGE_PRICE_TOPIC: "average-stock-price",
  STOCK_AVERAGES_TOPIC: "stocks_averages",
};

const refusedEngines: readonly (readonly [Environment, string])[] = [
  [{ KAFKA_BROKERS: undefined }, "KAFKA_BROKERS must be set, was absent"],
  [{ KAFKA_BROKERS: "a, b" }, 'KAFKA_BROKERS must be texts with commas alone between them, was "a, b"'],
  [{ KAFKA_BROKERS: "k:9092,http://k:9092" }, 'KAFKA_BROKERS must be host or host:port each, was "http://k:9092"'],
  [{ CASSANDRA_CONTACT_POINTS: "c:99999" }, 'CASSANDRA_CONTACT_POINTS must be host or host:port each, was "c:99999"'],
  [{ KAFKA_TLS: "yes" }, 'KAFKA_TLS must be on or off, was "yes"'],
  [{ CASSANDRA_TLS: "off" }, "CASSANDRA_CA_FILE needs CASSANDRA_TLS=on, was off"],
  [{ KAFKA_SASL: "GSSAPI" }, 'KAFKA_SASL must be PLAIN or SCRAM-SHA-256 or SCRAM-SHA-512, was "GSSAPI"'],
  [{ CASSANDRA_PASSWORD: undefined }, "CASSANDRA_PASSWORD must be set, was absent"],
  [
    { CASSANDRA_KEYSPACE: "x; DROP" },
    'CASSANDRA_KEYSPACE must be up to 48 lower-case letters, digits and _, was "x; DROP"',
  ],
];

configContract("the setup", {
  ...setup,
  configs: fc.record({
    ...engines,
    ...rules,
    ...olderReaders,
    ticksPartitions: count,
    barsPartitions: count,
    topicReplicas: count,
    rowReplicas: count,
  }),
  env: {
    ...enginesEnv,
    ...rulesEnv,
    ...pick("TICKS_PARTITIONS", "BARS_PARTITIONS", "TOPIC_REPLICAS", "CASSANDRA_REPLICAS"),
    ...olderReadersEnv,
  },
  rejected: [...refusedEngines, [{ TOPIC_REPLICAS: "0" }, 'TOPIC_REPLICAS must be a positive whole number, was "0"']],
});

configContract("the fetcher's worker", {
  ...fetcher,
  configs: fc.record({
    ...engines,
    source: text,
    lanes: count,
    frameMaxTrades: count,
    frameMaxBytes: count,
    lingerMs: duration,
    maxUnfoldedTrades: count,
  }),
  env: {
    ...enginesEnv,
    ...pick("SOURCE", "LANES", "FRAME_MAX_TRADES", "FRAME_MAX_BYTES", "LINGER_MS", "MAX_UNFOLDED_TRADES"),
  },
  rejected: [[{ SOURCE: "" }, "SOURCE must not be empty"]],
});

configContract("the aggregator's worker", {
  ...aggregator,
  configs: fc.record({ ...engines, ...rules, group: text, sessionMs: duration, lifeMs: duration }),
  env: { ...enginesEnv, ...rulesEnv, ...pick("GROUP", "SESSION_MS", "LIFE_MS") },
  rejected: [
    [
      { SLIDING_AVERAGES: "10s/5s,10s" },
      'SLIDING_AVERAGES must be a length and a step like 10s/5s, each of whole seconds and at most 7d, was "10s"',
    ],
    [
      { INTERVALS_MS: "60000:60000", SLIDING_AVERAGES: "2m/1m" },
      "intervals must keep 1m, the step of 2m/1m, for 2m at least, was 60 s",
    ],
    [{ LIFE_MS: "soon" }, 'LIFE_MS must be a positive whole number of milliseconds, was "soon"'],
  ],
});

configContract("the broadcaster's worker", {
  ...broadcaster,
  configs: fc.record({
    ...engines,
    ...rules,
    source: text,
    offeredIntervalsMs: fc.uniqueArray(interval),
    idleMs: duration,
    heartbeatMs: duration,
    host: text,
    port: fc.integer({ min: 0, max: 65_535 }),
    connectionMs: duration,
    siteDir: perhaps(text),
    symbols: words,
    words: fc.string(),
    kind: fc.constantFrom(...SOURCE_KINDS),
    passes: perhaps(
      fc.record({
        beginMs: fc.integer({ min: 0, max: 10 ** 14 }).map(epochMs),
        everyMs: fc.integer({ min: 1, max: 10 ** 14 }).map(durationMs),
      }),
    ),
    tickets: perhaps(
      fc.record({
        secret: fc.string({ minLength: 32 }),
        lifeMs: duration,
        allowedOrigins: fc.array(word, { maxLength: 3 }),
      }),
    ),
  }),
  env: {
    ...enginesEnv,
    ...rulesEnv,
    ...pick("SOURCE", "OFFERED_INTERVALS_MS", "IDLE_MS", "HEARTBEAT_MS", "HTTP_HOST", "SOCKET_PORT", "CONNECTION_MS"),
    ...pick("SITE_DIR", "DASHBOARD_SYMBOLS", "DASHBOARD_WORDS", "TICKET_LIFE_MS"),
    DASHBOARD_KIND: "simulated",
    DASHBOARD_PASSES: "1381152600000:3600000",
    TICKET_SECRET: "a secret of 32 characters or more",
    ALLOWED_ORIGINS: "https://dashboard.example",
  },
  rejected: [
    [{ SOCKET_PORT: "65536" }, 'SOCKET_PORT must be a port from 0 to 65535, was "65536"'],
    [{ TICKET_SECRET: "guess" }, "TICKET_SECRET must have at least 32 characters, had 5"],
    [{ TICKET_SECRET: undefined }, "ALLOWED_ORIGINS must go with a TICKET_SECRET, was alone"],
    [{ DASHBOARD_KIND: "real" }, 'DASHBOARD_KIND must be live, replayed or simulated, was "real"'],
    [{ DASHBOARD_PASSES: "daily" }, 'DASHBOARD_PASSES must be like 1381152600000:3600000, was "daily"'],
  ],
});

configContract("the publisher's worker", {
  ...publisher,
  configs: fc
    .record({
      ...engines,
      ...rules,
      ...olderReaders,
      intervalMs: interval,
      idleMs: duration,
      redis: perhaps(fc.record({ url: fc.constant("redis://redis:6379"), channel: text })),
      influx: perhaps(fc.record({ url: fc.constant("http://influx:8086/write?db=d"), token: perhaps(text) })),
      sliding: fc.record({
        averagePrice: oneSliding,
        stockAverages: oneSliding,
        redis: oneSliding,
        influx: someSliding,
      }),
    })
    .map((config) => ({ ...config, intervalMs: config.intervals[0]!.intervalMs, slidingAverages: SLIDING })),
  env: {
    ...enginesEnv,
    ...rulesEnv,
    ...olderReadersEnv,
    ...pick("PUBLISH_INTERVAL_MS", "IDLE_MS"),
    SLIDING_AVERAGES: "1m/10s,5m/1m",
    AVERAGE_PRICE_SLIDING: "1m/10s",
    STOCK_AVERAGES_SLIDING: "",
    REDIS_SLIDING: "5m/1m",
    INFLUX_SLIDING: "1m/10s,5m/1m",
    REDIS_URL: "redis://redis:6379",
    REDIS_CHANNEL: "average-stock-price",
    INFLUX_URL: "http://influx:8086/api/v2/write?org=o&bucket=b",
    INFLUX_TOKEN: "secret",
  },
  rejected: [
    [
      { PUBLISH_INTERVAL_MS: "15000" },
      "PUBLISH_INTERVAL_MS must be a multiple of a stored interval (10s, 1m), was 15s",
    ],
    [{ REDIS_SLIDING: "3s/1s" }, 'REDIS_SLIDING must be of SLIDING_AVERAGES (1m/10s, 5m/1m), was "3s/1s"'],
    [{ REDIS_SLIDING: "5m/1m,1m/10s" }, 'REDIS_SLIDING must be one sliding average, was "5m/1m,1m/10s"'],
    [{ REDIS_URL: "redis:6379" }, "REDIS_URL must begin with redis:// or rediss://"],
    [{ STOCK_TABLE: "1" }, 'STOCK_TABLE must be on or off, was "1"'],
  ],
});
