import { openConnectionCloser } from "#adapters/apigateway-ws/connection-closer.ts";
import { openMessageSink } from "#adapters/apigateway-ws/message-sink.ts";
import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { openDynamoClient } from "#adapters/dynamodb/client.ts";
import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { openDynamoGapStore } from "#adapters/dynamodb/gap-store.ts";
import { openDynamoLeaseStore } from "#adapters/dynamodb/lease-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoShardStatusStore } from "#adapters/dynamodb/shard-status.ts";
import { openDynamoSymbolRegister } from "#adapters/dynamodb/symbol-register.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { readConfig } from "./config.ts";
import { createMessage } from "./message.ts";

const config = readConfig(process.env);
const client = openDynamoClient();

const log = openLogger({ service: "ws-message" });

export const handler = log.traced(
  createMessage({
    ...config,
    // Panes are only read here, and so none needs a time to live.
    panes: openDynamoPaneStore({ table: config.panesTable, clock, client, intervals: [] }),
    checkpoints: openDynamoCheckpointStore({ table: config.checkpointsTable, clock, client }),
    statuses: openDynamoShardStatusStore({ table: config.checkpointsTable, clock, client }),
    gaps: openDynamoGapStore({ table: config.checkpointsTable, clock, client }),
    leases: openDynamoLeaseStore({ table: config.leasesTable, clock, client }),
    symbols: openDynamoSymbolRegister({ table: config.symbolsTable, clock, client }),
    connections: openDynamoConnectionStore({ table: config.connectionsTable, clock, client }),
    closer: openConnectionCloser(config),
    sink: openMessageSink({ ...config, env: process.env, clock }),
    clock,
    log,
  }),
);
