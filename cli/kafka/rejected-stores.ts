import { openCassandraCheckpointStore } from "#adapters/cassandra/checkpoint-store.ts";
import { openCassandraGapStore } from "#adapters/cassandra/gap-store.ts";
import { openCassandraLeaseStore } from "#adapters/cassandra/lease-store.ts";
import { openCassandraRejectedStore } from "#adapters/cassandra/rejected-store.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { openKafkaFrameStream } from "#adapters/kafka/frame-stream.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { kafkaOf } from "#workers/engines.ts";
import type { RejectedStores } from "../rejected-stores.ts";
import { openCluster } from "./cluster.ts";
import type { WorkersConfig } from "./workers-config.ts";

/** The stores in Cassandra and the topic of the workers. @throws PipelineError TAPE_STORE_UNAVAILABLE */
export const openKafkaStores = async (
  config: WorkersConfig,
  resources: AsyncDisposableStack,
): Promise<RejectedStores> => {
  const client = await openCluster(config, resources);
  const { ticksTopic: stream, clockSkewMs, rejectedKeepMs: keepMs } = config;
  const options = { ...config, client, clock };
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
