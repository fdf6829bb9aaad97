import { connectCassandra, openCassandraClient } from "#adapters/cassandra/client.ts";
import { openKafkaShardReader } from "#adapters/kafka/shard-reader.ts";
import { openKafkaUpdateStream } from "#adapters/kafka/update-stream.ts";
import { openAggregatorWorker } from "../aggregator.ts";
import { cassandraPorts } from "../cassandra-ports.ts";
import { clusterOf, kafkaOf } from "../engines.ts";
import { lifeRulesOf } from "../rules.ts";
import { closing, runWorker } from "../run-worker.ts";
import { readConfig } from "./config.ts";

await runWorker("aggregator", async ({ env, clock, log, metrics }) => {
  const config = readConfig(env);
  const [kafka, topic] = [kafkaOf(config), config.ticksTopic];
  const client = openCassandraClient(clusterOf(config));
  const stores = cassandraPorts({ ...config, client, clock });
  const shards = openKafkaShardReader({ ...kafka, topic });
  const updates = openKafkaUpdateStream({ ...kafka, topic: config.barsTopic });
  const [panes, statuses] = [metrics.ofPanes(stores.panes), metrics.ofShards(stores.statuses)];
  const ports = { ...stores, panes, statuses, shards, updates };
  const clients = [shards, updates, { [Symbol.asyncDispose]: () => client.shutdown() }];
  return closing(clients, async () => {
    await connectCassandra(client);
    const worker = await openAggregatorWorker({
      ...config,
      ...kafka,
      topic,
      ports,
      rules: lifeRulesOf(config),
      clock,
      log,
      meter: metrics.meter,
    });
    metrics.gauge("partitions", "Partitions that are this worker's now", () => worker.partitions.length);
    metrics.gaugePer(
      "shard",
      "shard_lag_records",
      "Records of a partition that were not folded yet",
      () => worker.lags,
    );
    return worker;
  });
});
