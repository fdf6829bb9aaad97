import { openCassandraCheckpointStore } from "#adapters/cassandra/checkpoint-store.ts";
import { openCassandraGapStore } from "#adapters/cassandra/gap-store.ts";
import { openKeyspacesClient } from "#adapters/cassandra/keyspaces-client.ts";
import { openCassandraLeaseStore } from "#adapters/cassandra/lease-store.ts";
import { openCassandraPaneStore } from "#adapters/cassandra/pane-store.ts";
import { openCassandraRejectedStore } from "#adapters/cassandra/rejected-store.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { openCassandraSymbolRegister } from "#adapters/cassandra/symbol-register.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { readText, type Environment } from "../environment.ts";
import type { StorePlace, Stores } from "./stores.ts";

/**
 * The stores of a keyspace in Amazon Keyspaces, by one client that connects at the first need.
 * @throws PipelineError TAPE_CONFIG_INVALID when the keyspace is not said, or the region not by the environment.
 */
export const openStores = ({ keyspace }: StorePlace, env: Environment): Stores => {
  const client = openKeyspacesClient({ region: readText(env, "AWS_REGION"), clock });
  const options = {
    client,
    keyspace: readText({ KEYSPACE: keyspace }, "KEYSPACE"),
    clock,
    dialect: "keyspaces",
  } as const;
  return {
    panes: (_, intervals) => openCassandraPaneStore({ ...options, intervals }),
    checkpoints: () => openCassandraCheckpointStore(options),
    statuses: () => openCassandraShardStatusStore(options),
    marks: () => undefined,
    gaps: () => openCassandraGapStore(options),
    rejected: (_, keepMs) => openCassandraRejectedStore({ ...options, keepMs }),
    leases: () => openCassandraLeaseStore(options),
    symbols: () => openCassandraSymbolRegister(options),
  };
};
