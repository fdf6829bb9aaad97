import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { readConfig } from "./config.ts";
import { createConnect } from "./connect.ts";

const config = readConfig(process.env);

const log = openLogger({ service: "ws-connect" });

export const handler = log.traced(
  createConnect({
    connections: openDynamoConnectionStore({ table: config.connectionsTable, clock }),
    clock,
    log,
  }),
);
