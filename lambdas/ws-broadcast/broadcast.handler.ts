import { openMessageSink } from "#adapters/apigateway-ws/message-sink.ts";
import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { createBroadcast } from "./broadcast.ts";
import { readConfig } from "./config.ts";

const config = readConfig(process.env);

export const handler = createBroadcast({
  storedIntervalsMs: config.storedIntervalsMs,
  connections: openDynamoConnectionStore({ table: config.connectionsTable, clock }),
  sink: openMessageSink({ ...config, env: process.env, clock }),
  clock,
  log: openLogger({ service: "ws-broadcast" }),
});
