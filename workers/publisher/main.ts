import { randomUUID } from "node:crypto";
import { openCassandraClient } from "#adapters/cassandra/client.ts";
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
    const sinks = await openSinks(config, client, clock);
    ends.unshift(...sinks.clients);
    const storedIntervalsMs = config.intervals.map(({ intervalMs }) => intervalMs);
    const publications = publicationsOf(
      sinks.bars,
      (window) => new FinalBars({ panes, symbols, storedIntervalsMs, window, clock }),
    );
    const bars = metrics.counter("bars_published_total", "Final bars handed over");
    const trades = metrics.counter("trades_published_total", "Raw trades handed over");
    const rawTrades = new RawTrades(ticks, config.clockSkewMs);
    const [leases, rules] = [openCassandraLeaseStore(stores), config];
    const handed = { publications, tradeSinks: sinks.trades, counted: { bars, trades } };
    return openPublisher({
      ...config,
      ...handed,
      ticks,
      checkpoints,
      leases,
      rawTrades,
      rules,
      freshId: randomUUID,
      clock,
      log,
    });
  });
});
