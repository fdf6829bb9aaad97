import { connectCassandra, openCassandraClient } from "#adapters/cassandra/client.ts";
import { openCassandraGapStore } from "#adapters/cassandra/gap-store.ts";
import { openCassandraLeaseStore } from "#adapters/cassandra/lease-store.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { openCassandraSymbolRegister } from "#adapters/cassandra/symbol-register.ts";
import { openCassandraTicketStore } from "#adapters/cassandra/ticket-store.ts";
import { createMemoryConnectionStore } from "#adapters/memory/connection-store.ts";
import { cassandraPorts } from "../cassandra-ports.ts";
import { clusterOf } from "../engines.ts";
import { closing, runWorker } from "../run-worker.ts";
import { openBroadcaster } from "./broadcaster.ts";
import { readConfig } from "./config.ts";

await runWorker("broadcaster", async ({ env, clock, log, metrics }) => {
  const config = readConfig(env);
  const client = openCassandraClient(clusterOf(config));
  const stores = { ...config, client, clock };
  return closing([{ [Symbol.asyncDispose]: () => client.shutdown() }], async () => {
    await connectCassandra(client);
    const worker = await openBroadcaster(config, {
      ...cassandraPorts(stores),
      statuses: openCassandraShardStatusStore(stores),
      symbols: openCassandraSymbolRegister(stores),
      leases: openCassandraLeaseStore(stores),
      gaps: openCassandraGapStore(stores),
      tickets: openCassandraTicketStore(stores),
      connections: createMemoryConnectionStore(),
      measured: (sink) => metrics.ofSockets(sink),
      meter: metrics.meter,
      clock,
      log,
    });
    metrics.gauge("connections", "Sockets that are open", () => worker.connections);
    return worker;
  });
});
