import { openMessageSink } from "#adapters/apigateway-ws/message-sink.ts";
import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openMeter } from "#adapters/powertools/meter.ts";
import { createBroadcast } from "./broadcast.ts";
import { readConfig } from "./config.ts";

const config = readConfig(process.env);
const log = openLogger({ service: "ws-broadcast" });

export const handler = log.traced(
  createBroadcast({
    storedIntervalsMs: config.storedIntervalsMs,
    connections: openDynamoConnectionStore({ table: config.connectionsTable, clock }),
    sink: openMessageSink({ ...config, env: process.env, clock }),
    clock,
    log,
    meter: openMeter({ service: "ws-broadcast" }),
  }),
);
