import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { readConfig } from "./config.ts";
import { createDisconnect } from "./disconnect.ts";

const config = readConfig(process.env);

export const handler = createDisconnect({
  connections: openDynamoConnectionStore({ table: config.connectionsTable, clock }),
});
