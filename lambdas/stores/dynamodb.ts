import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import type { openDynamoClient } from "#adapters/dynamodb/client.ts";
import { openDynamoGapStore } from "#adapters/dynamodb/gap-store.ts";
import { openDynamoLeaseStore } from "#adapters/dynamodb/lease-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoRejectedStore } from "#adapters/dynamodb/rejected-store.ts";
import { openDynamoShardStatusStore } from "#adapters/dynamodb/shard-status.ts";
import { openDynamoStoreMarks } from "#adapters/dynamodb/store-marks.ts";
import { openDynamoSymbolRegister } from "#adapters/dynamodb/symbol-register.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import type { Environment } from "../environment.ts";
import type { StorePlace, Stores } from "./stores.ts";

/**
 * The stores in DynamoDB.
 * @param client shared by all of them. @default each has its own
 */
export const openStores = (
  _place: StorePlace,
  _env: Environment,
  client?: ReturnType<typeof openDynamoClient>,
): Stores => {
  const options = client === undefined ? { clock } : { clock, client };
  return {
    panes: (table, intervals) => openDynamoPaneStore({ ...options, table, intervals }),
    checkpoints: (table) => openDynamoCheckpointStore({ ...options, table }),
    statuses: (table) => openDynamoShardStatusStore({ ...options, table }),
    marks: (table) => openDynamoStoreMarks({ ...options, table }),
    gaps: (table) => openDynamoGapStore({ ...options, table }),
    rejected: (table, keepMs) => openDynamoRejectedStore({ ...options, table, keepMs }),
    leases: (table) => openDynamoLeaseStore({ ...options, table }),
    symbols: (table) => openDynamoSymbolRegister({ ...options, table }),
  };
};
