import { openConnectionCloser } from "#adapters/apigateway-ws/connection-closer.ts";
import { openMessageSink } from "#adapters/apigateway-ws/message-sink.ts";
import { openDynamoClient } from "#adapters/dynamodb/client.ts";
import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openStores } from "#stores";
import { readConfig } from "./config.ts";
import { createMessage } from "./message.ts";

const config = readConfig(process.env);
const client = openDynamoClient();
const stores = openStores(config, process.env, client);

const log = openLogger({ service: "ws-message" });

export const handler = log.traced(
  createMessage({
    ...config,
    // Panes are only read here, and so none needs a time to live.
    panes: stores.panes(config.panesTable, []),
    checkpoints: stores.checkpoints(config.checkpointsTable),
    statuses: stores.statuses(config.checkpointsTable),
    marks: stores.marks(config.checkpointsTable),
    gaps: stores.gaps(config.checkpointsTable),
    leases: stores.leases(config.leasesTable),
    symbols: stores.symbols(config.symbolsTable),
    connections: openDynamoConnectionStore({ table: config.connectionsTable, clock, client }),
    closer: openConnectionCloser(config),
    sink: openMessageSink({ ...config, env: process.env, clock }),
    clock,
    log,
  }),
);
