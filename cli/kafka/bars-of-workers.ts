import { openCassandraCheckpointStore } from "#adapters/cassandra/checkpoint-store.ts";
import { openCassandraPaneStore } from "#adapters/cassandra/pane-store.ts";
import { openCassandraSymbolRegister } from "#adapters/cassandra/symbol-register.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openCluster } from "./cluster.ts";
import type { StoredBarsConfig } from "./workers-config.ts";

/** What the workers have stored of bars. @throws PipelineError TAPE_STORE_UNAVAILABLE */
export const openBarsOfWorkers = async (config: StoredBarsConfig, resources: AsyncDisposableStack) => {
  const { intervals, keyspace } = config;
  const options = { client: await openCluster(config, resources), keyspace, clock };
  return {
    checkpoints: openCassandraCheckpointStore(options),
    panes: openCassandraPaneStore({ ...options, intervals }),
    symbols: openCassandraSymbolRegister(options),
  };
};
