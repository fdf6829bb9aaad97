import { randomUUID } from "node:crypto";
import { connectCassandra, openCassandraClient } from "#adapters/cassandra/client.ts";
import { openCassandraLeaseStore } from "#adapters/cassandra/lease-store.ts";
import { openCassandraSymbolRegister } from "#adapters/cassandra/symbol-register.ts";
import { KafkaTopic } from "#adapters/kafka/topic.ts";
import { cassandraPorts } from "../cassandra-ports.ts";
import { clusterOf, kafkaOf } from "../engines.ts";
import { closing, runWorker } from "../run-worker.ts";
import { readConfig } from "./config.ts";
import { FinalBars } from "./final-bars.ts";
import { publicationsOf } from "./publications.ts";
import { openPublisher } from "./publisher.ts";
import { RawTrades } from "./raw-trades.ts";
import { openSinks } from "./sinks.ts";

await runWorker("publisher", async ({ env, clock, log, metrics }) => {
  const config = readConfig(env);
  const client = openCassandraClient(clusterOf(config));
  const stores = { ...config, client, clock };
  const { panes, checkpoints } = cassandraPorts(stores);
  const symbols = openCassandraSymbolRegister(stores);
  const ticks = new KafkaTopic({ ...kafkaOf(config), topic: config.ticksTopic });
  const ends: AsyncDisposable[] = [ticks, { [Symbol.asyncDispose]: () => client.shutdown() }];
  return closing(ends, async () => {
    await connectCassandra(client);
    const sinks = openSinks(config, client, clock);
    ends.unshift(...sinks.clients);
    const storedIntervalsMs = config.intervals.map(({ intervalMs }) => intervalMs);
    const publications = publicationsOf(
      sinks.bars,
      (window) => new FinalBars({ panes, symbols, storedIntervalsMs, window, clock }),
    );
    // Who reads trades asks in turn, and so has a client of its own.
    const rawTrades = () => {
      const topic = new KafkaTopic({ ...kafkaOf(config), topic: config.ticksTopic });
      ends.unshift(topic);
      return new RawTrades(topic, config.clockSkewMs);
    };
    const bars = metrics.counter("bars_published_total", "Final bars handed over, to all places together");
    const trades = metrics.counter("trades_published_total", "Raw trades handed over, to all places together");
    const [leases, rules] = [openCassandraLeaseStore(stores), config];
    return openPublisher({
      ...config,
      publications,
      tradePlaces: sinks.trades.map((place) => ({ ...place, trades: rawTrades() })),
      counted: { bars, trades },
      ticks,
      checkpoints,
      leases,
      rules,
      freshId: randomUUID,
      clock,
      log,
    });
  });
});
