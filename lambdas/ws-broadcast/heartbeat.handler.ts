import { openMessageSink } from "#adapters/apigateway-ws/message-sink.ts";
import { openDynamoClient } from "#adapters/dynamodb/client.ts";
import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openMeter } from "#adapters/powertools/meter.ts";
import { openStores } from "#stores";
import { readConfig } from "./config.ts";
import { createHeartbeat } from "./heartbeat.ts";

const config = readConfig(process.env);
const client = openDynamoClient();
const stores = openStores(config, process.env, client);

const log = openLogger({ service: "ws-heartbeat" });

export const handler = log.traced(
  createHeartbeat({
    ...config,
    statuses: stores.statuses(config.checkpointsTable),
    gaps: stores.gaps(config.checkpointsTable),
    leases: stores.leases(config.leasesTable),
    connections: openDynamoConnectionStore({ table: config.connectionsTable, clock, client }),
    sink: openMessageSink({ ...config, env: process.env, clock }),
    clock,
    log,
    // The stage is one, whichever of its functions posts.
    meter: openMeter({ service: "ws-broadcast" }),
  }),
);
