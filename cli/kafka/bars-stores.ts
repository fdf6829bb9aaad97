import { openCassandraCheckpointStore } from "#adapters/cassandra/checkpoint-store.ts";
import { openCassandraPaneStore } from "#adapters/cassandra/pane-store.ts";
import { openCassandraSymbolRegister } from "#adapters/cassandra/symbol-register.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import type { Environment } from "#lambdas/environment.ts";
import type { BarsStores } from "../bars-ports.ts";
import { openCluster } from "./cluster.ts";
import { readStoredBarsConfig } from "./workers-config.ts";

/**
 * The stores in Cassandra of the workers that are told `env`.
 * @throws PipelineError TAPE_CONFIG_INVALID, TAPE_STORE_UNAVAILABLE
 */
export const openCassandraBars = async (env: Environment, resources: AsyncDisposableStack): Promise<BarsStores> => {
  const { intervals, ticksTopic: stream, ...config } = readStoredBarsConfig(env);
  const options = { client: await openCluster(config, resources), keyspace: config.keyspace, clock };
  return {
    storedMs: intervals.map(({ intervalMs }) => intervalMs),
    stream,
    checkpoints: openCassandraCheckpointStore(options),
    panes: openCassandraPaneStore({ ...options, intervals }),
    symbols: openCassandraSymbolRegister(options),
  };
};
