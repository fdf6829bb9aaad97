import { connectCassandra, openCassandraClient } from "#adapters/cassandra/client.ts";
import { clusterOf, type CassandraConfig } from "#workers/engines.ts";

/** A client of the workers' Cassandra; says on stderr what it reads. @throws PipelineError TAPE_STORE_UNAVAILABLE */
export const openCluster = async (
  config: CassandraConfig,
  resources: AsyncDisposableStack,
): Promise<ReturnType<typeof openCassandraClient>> => {
  const client = openCassandraClient(clusterOf(config));
  resources.defer(() => client.shutdown());
  await connectCassandra(client);
  process.stderr.write(`reads keyspace ${config.keyspace} of ${config.contactPoints.join(",")}\n`);
  return client;
};
