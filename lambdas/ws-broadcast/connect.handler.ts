import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { readConfig } from "./config.ts";
import { createConnect } from "./connect.ts";

const config = readConfig(process.env);

export const handler = createConnect({
  connections: openDynamoConnectionStore({ table: config.connectionsTable, clock }),
  clock,
});
