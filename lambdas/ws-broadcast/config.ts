import { PipelineError } from "#core/errors.ts";
import type { DurationMs } from "#core/units.ts";
import {
  optionalTexts,
  readDurationMs,
  readIntervalsMs,
  readOptionalText,
  readText,
  type Environment,
} from "../environment.ts";

const SOCKET_CLIENTS = ["lean", "sdk"] as const;

/** What the functions behind the WebSocket API are told from outside, all alike. */
export interface BroadcastConfig {
  /** The stream whose checkpoints say how far bars are folded. */
  readonly ticksStream: string;
  readonly panesTable: string;
  readonly checkpointsTable: string;
  readonly connectionsTable: string;
  readonly symbolsTable: string;
  readonly leasesTable: string;
  /** The keyspace of Amazon Keyspaces that has all of these tables but that of connections; undefined where they are DynamoDB's. */
  readonly keyspace?: string | undefined;
  /** The fetcher's source, whose name its lease bears. */
  readonly source: string;
  /** Intervals whose panes are stored, at least one. */
  readonly storedIntervalsMs: readonly DurationMs[];
  /** Intervals folded from stored ones on read. */
  readonly offeredIntervalsMs: readonly DurationMs[];
  readonly maxOutOfOrdernessMs: DurationMs;
  /** A shard that has been silent for this long holds no bar open. */
  readonly idleMs: DurationMs;
  /** How often every connection is told how the pipeline stands. */
  readonly heartbeatMs: DurationMs;
  /** URL of the API's `@connections` side, without a slash at its end. */
  readonly managementEndpoint: string;
  /** What posts to it: our own lean client, or the SDK's. @default lean */
  readonly socketClient: (typeof SOCKET_CLIENTS)[number];
}

/**
 * The configuration that {@link environment} wrote. An endpoint named as the AWS SDK wants it, as a local API does,
 * goes before the deployed one.
 * Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form.
 */
export const readConfig = (env: Environment): BroadcastConfig => {
  const storedIntervalsMs = readIntervalsMs(env, "STORED_INTERVALS_MS");
  if (storedIntervalsMs.length === 0) {
    throw new PipelineError("TAPE_CONFIG_INVALID", "STORED_INTERVALS_MS must name at least one interval, was empty");
  }
  return {
    ticksStream: readText(env, "TICKS_STREAM"),
    panesTable: readText(env, "PANES_TABLE"),
    checkpointsTable: readText(env, "CHECKPOINTS_TABLE"),
    connectionsTable: readText(env, "CONNECTIONS_TABLE"),
    symbolsTable: readText(env, "SYMBOLS_TABLE"),
    leasesTable: readText(env, "LEASES_TABLE"),
    keyspace: readOptionalText(env, "KEYSPACE"),
    source: readText(env, "SOURCE"),
    storedIntervalsMs,
    offeredIntervalsMs: readIntervalsMs(env, "OFFERED_INTERVALS_MS"),
    maxOutOfOrdernessMs: readDurationMs(env, "MAX_OUT_OF_ORDERNESS_MS"),
    idleMs: readDurationMs(env, "IDLE_MS"),
    heartbeatMs: readDurationMs(env, "HEARTBEAT_MS"),
    managementEndpoint: env["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] || readText(env, "WEBSOCKET_ENDPOINT"),
    socketClient: readSocketClient(env["SOCKET_CLIENT"] ?? "lean"),
  };
};

const readSocketClient = (text: string): BroadcastConfig["socketClient"] => {
  const client = SOCKET_CLIENTS.find((candidate) => candidate === text);
  if (client !== undefined) return client;
  throw new PipelineError(
    "TAPE_CONFIG_INVALID",
    `SOCKET_CLIENT must be ${SOCKET_CLIENTS.join(" or ")}, was ${JSON.stringify(text)}`,
  );
};

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: BroadcastConfig): Record<string, string> => ({
  TICKS_STREAM: config.ticksStream,
  PANES_TABLE: config.panesTable,
  CHECKPOINTS_TABLE: config.checkpointsTable,
  CONNECTIONS_TABLE: config.connectionsTable,
  SYMBOLS_TABLE: config.symbolsTable,
  LEASES_TABLE: config.leasesTable,
  ...optionalTexts({ KEYSPACE: config.keyspace }),
  SOURCE: config.source,
  STORED_INTERVALS_MS: config.storedIntervalsMs.join(","),
  OFFERED_INTERVALS_MS: config.offeredIntervalsMs.join(","),
  MAX_OUT_OF_ORDERNESS_MS: String(config.maxOutOfOrdernessMs),
  IDLE_MS: String(config.idleMs),
  HEARTBEAT_MS: String(config.heartbeatMs),
  WEBSOCKET_ENDPOINT: config.managementEndpoint,
  SOCKET_CLIENT: config.socketClient,
});
