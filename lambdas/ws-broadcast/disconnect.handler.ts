import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { readConfig } from "./config.ts";
import { createDisconnect } from "./disconnect.ts";

const config = readConfig(process.env);

const log = openLogger({ service: "ws-disconnect" });

export const handler = log.traced(
  createDisconnect({ connections: openDynamoConnectionStore({ table: config.connectionsTable, clock }) }),
);
