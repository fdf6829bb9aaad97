import { randomBytes } from "node:crypto";
import { connectCassandra, openCassandraClient } from "#adapters/cassandra/client.ts";
import { openCassandraLeaseStore } from "#adapters/cassandra/lease-store.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { createReplaySource } from "#adapters/feeds/replay-source.ts";
import { createSimSource } from "#adapters/feeds/sim-source.ts";
import { openKafkaFrameStream } from "#adapters/kafka/frame-stream.ts";
import { createFetcher } from "#lambdas/fetcher/fetcher.ts";
import { readSourceSpec } from "#lambdas/fetcher/source-spec.ts";
import { clusterOf, kafkaOf } from "../engines.ts";
import { closing, runWorker } from "../run-worker.ts";
import { readConfig } from "./config.ts";
import { Progress } from "../progress.ts";
import { openFetcherWorker, progressing } from "./fetcher.ts";

await runWorker("fetcher", async ({ env, clock, log, metrics }) => {
  const config = readConfig(env);
  const client = openCassandraClient(clusterOf(config));
  const stores = { ...config, client, clock };
  const stream = openKafkaFrameStream({ ...kafkaOf(config), topic: config.ticksTopic });
  const progress = new Progress(clock);
  const fetch = createFetcher({
    ...config,
    ...progressing(progress, { stream: metrics.ofFrames(stream), leases: openCassandraLeaseStore(stores) }),
    ticksStream: config.ticksTopic,
    statuses: openCassandraShardStatusStore(stores),
    clock,
    log,
    meter: metrics.meter,
    random: Math.random,
    freshId: () => randomBytes(8).toString("hex"),
    framing: { lanes: config.lanes, maxTrades: config.frameMaxTrades, maxBytes: config.frameMaxBytes },
  });
  const spec = readSourceSpec(config.source);
  const source = spec.kind === "replay" ? createReplaySource(spec.file, spec) : createSimSource(spec);
  const clients = [stream, { [Symbol.asyncDispose]: () => client.shutdown() }];
  return closing(clients, async () => {
    await connectCassandra(client);
    return openFetcherWorker({ fetch, progress, name: config.source, source, speed: spec.speed, clock, log });
  });
});
