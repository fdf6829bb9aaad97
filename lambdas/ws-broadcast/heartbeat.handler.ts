import { openMessageSink } from "#adapters/apigateway-ws/message-sink.ts";
import { openDynamoClient } from "#adapters/dynamodb/client.ts";
import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { openDynamoGapStore } from "#adapters/dynamodb/gap-store.ts";
import { openDynamoLeaseStore } from "#adapters/dynamodb/lease-store.ts";
import { openDynamoShardStatusStore } from "#adapters/dynamodb/shard-status.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openMeter } from "#adapters/powertools/meter.ts";
import { readConfig } from "./config.ts";
import { createHeartbeat } from "./heartbeat.ts";

const config = readConfig(process.env);
const client = openDynamoClient();

const log = openLogger({ service: "ws-heartbeat" });

export const handler = log.traced(
  createHeartbeat({
    ...config,
    statuses: openDynamoShardStatusStore({ table: config.checkpointsTable, clock, client }),
    gaps: openDynamoGapStore({ table: config.checkpointsTable, clock, client }),
    leases: openDynamoLeaseStore({ table: config.leasesTable, clock, client }),
    connections: openDynamoConnectionStore({ table: config.connectionsTable, clock, client }),
    sink: openMessageSink({ ...config, env: process.env, clock }),
    clock,
    log,
    // The stage is one, whichever of its functions posts.
    meter: openMeter({ service: "ws-broadcast" }),
  }),
);
