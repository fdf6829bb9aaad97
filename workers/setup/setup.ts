import { openCassandraClient } from "#adapters/cassandra/client.ts";
import { migrate } from "#adapters/cassandra/schema.ts";
import { createStockTable } from "#adapters/cassandra/stock-table.ts";
import { createTopics } from "#adapters/kafka/topic.ts";
import { durationMs } from "#core/units.ts";
import { clusterOf, kafkaOf } from "../engines.ts";
import type { SetupConfig } from "./config.ts";

/** Updates are of use for as long as a reader may be behind. */
const BARS_RETENTION_MS = durationMs(3_600_000);

/**
 * Makes the topics and tables that are not there yet, and brings the tables up to date. Harmless to run again, one at a time.
 * @throws PipelineError TAPE_STREAM_UNAVAILABLE or TAPE_STORE_UNAVAILABLE
 */
export const setUp = async (config: SetupConfig): Promise<void> => {
  const { ticksTopic, barsTopic, topicReplicas: replicas } = config;
  const readTopics = [config.averagePriceTopic, config.stockAveragesTopic].filter((topic) => topic !== undefined);
  await createTopics(kafkaOf(config), [
    { topic: ticksTopic, partitions: config.ticksPartitions, replicas, retentionMs: config.ticksRetentionMs },
    { topic: barsTopic, partitions: config.barsPartitions, replicas, retentionMs: BARS_RETENTION_MS },
    ...readTopics.map((topic) => ({ topic, partitions: 1, replicas, retentionMs: config.ticksRetentionMs })),
  ]);
  const client = openCassandraClient(clusterOf(config));
  try {
    await migrate(client, { ...config, replicas: config.rowReplicas });
    if (config.hasStockTable) await createStockTable(client, config.keyspace, config.stockKeepMs);
  } finally {
    await client.shutdown();
  }
};
