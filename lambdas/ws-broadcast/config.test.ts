import fc from "fast-check";
import { expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { environment, readConfig, type BroadcastConfig } from "./config.ts";
import { configContract } from "../config.contract.ts";

const duration = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).map(durationMs);
const interval = fc.integer({ min: 1, max: 604_800 }).map((seconds) => durationMs(seconds * 1_000));
const text = fc.string({ minLength: 1 });
const config: fc.Arbitrary<BroadcastConfig> = fc.record({
  ticksStream: text,
  keyspace: fc.option(text, { nil: undefined }),
  panesTable: text,
  checkpointsTable: text,
  connectionsTable: text,
  symbolsTable: text,
  leasesTable: text,
  source: text,
  storedIntervalsMs: fc.uniqueArray(interval, { minLength: 1 }),
  offeredIntervalsMs: fc.uniqueArray(interval),
  maxOutOfOrdernessMs: duration,
  idleMs: duration,
  heartbeatMs: duration,
  managementEndpoint: text,
  socketClient: fc.constantFrom("lean", "sdk"),
});

const env = {
  TICKS_STREAM: "ticks",
  PANES_TABLE: "panes",
  CHECKPOINTS_TABLE: "checkpoints",
  CONNECTIONS_TABLE: "connections",
  SYMBOLS_TABLE: "symbols",
  LEASES_TABLE: "leases",
  KEYSPACE: "tapestream",
  SOURCE: "sim:?seed=1",
  STORED_INTERVALS_MS: "10000,60000",
  OFFERED_INTERVALS_MS: "300000,86400000",
  MAX_OUT_OF_ORDERNESS_MS: "2000",
  IDLE_MS: "10000",
  HEARTBEAT_MS: "1000",
  WEBSOCKET_ENDPOINT: "https://example.com/prod",
  SOCKET_CLIENT: "sdk",
};

configContract("the broadcast functions", {
  readConfig,
  environment,
  configs: config,
  env,
  rejected: [
    [{ WEBSOCKET_ENDPOINT: undefined }, "WEBSOCKET_ENDPOINT must be set, was absent"],
    [{ STORED_INTERVALS_MS: "" }, "STORED_INTERVALS_MS must name at least one interval, was empty"],
    [{ OFFERED_INTERVALS_MS: undefined }, "OFFERED_INTERVALS_MS must be set, was absent"],
    [{ OFFERED_INTERVALS_MS: "60000,60000" }, "OFFERED_INTERVALS_MS must name each interval once, named 1m twice"],
    [
      { STORED_INTERVALS_MS: "10000,,60000" },
      'STORED_INTERVALS_MS must hold intervals of whole seconds, at most seven days, in milliseconds, was ""',
    ],
    [{ SOCKET_CLIENT: "fat" }, 'SOCKET_CLIENT must be lean or sdk, was "fat"'],
    [{ IDLE_MS: "10s" }, 'IDLE_MS must be a positive whole number of milliseconds, was "10s"'],
  ],
});

test("takes the endpoint that the SDK is pointed to before the deployed one", () => {
  const local = { ...env, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: "http://127.0.0.1:8080/prod" };
  expect(readConfig(local).managementEndpoint).toBe("http://127.0.0.1:8080/prod");
});

test("takes no offered interval for an empty list", () => {
  expect(readConfig({ ...env, OFFERED_INTERVALS_MS: "" }).offeredIntervalsMs).toEqual([]);
});

test("posts through the lean client unless told otherwise", () => {
  const { SOCKET_CLIENT: _, ...untold } = env;
  expect(readConfig(untold).socketClient).toBe("lean");
});
