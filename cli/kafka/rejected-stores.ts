import { openCassandraCheckpointStore } from "#adapters/cassandra/checkpoint-store.ts";
import { connectCassandra, openCassandraClient } from "#adapters/cassandra/client.ts";
import { openCassandraGapStore } from "#adapters/cassandra/gap-store.ts";
import { openCassandraLeaseStore } from "#adapters/cassandra/lease-store.ts";
import { openCassandraRejectedStore } from "#adapters/cassandra/rejected-store.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { openKafkaFrameStream } from "#adapters/kafka/frame-stream.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import type { Environment } from "#lambdas/environment.ts";
import { clusterOf, kafkaOf } from "#workers/engines.ts";
import type { RejectedStores } from "../rejected-stores.ts";
import { readWorkersConfig } from "./workers-config.ts";

/**
 * The stores in Cassandra and the topic of the workers that are told `env`.
 * @throws PipelineError TAPE_CONFIG_INVALID, TAPE_STORE_UNAVAILABLE
 */
export const openKafkaStores = async (env: Environment, resources: AsyncDisposableStack): Promise<RejectedStores> => {
  const config = readWorkersConfig(env);
  const client = openCassandraClient(clusterOf(config));
  resources.defer(() => client.shutdown());
  await connectCassandra(client);
  const { ticksTopic: stream, clockSkewMs, rejectedKeepMs: keepMs } = config;
  const options = { ...config, client, clock };
  process.stderr.write(`reads keyspace ${config.keyspace} of ${config.contactPoints.join(",")}\n`);
  return {
    stream,
    clockSkewMs,
    rejected: openCassandraRejectedStore({ ...options, keepMs }),
    checkpoints: openCassandraCheckpointStore(options),
    statuses: openCassandraShardStatusStore(options),
    gaps: openCassandraGapStore(options),
    leases: openCassandraLeaseStore(options),
    frames: resources.use(openKafkaFrameStream({ ...kafkaOf(config), topic: stream })),
    batches: undefined,
  };
};
