import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openKinesisClient } from "#adapters/kinesis/client.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { readInterval } from "#core/interval.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { readConfig, type AggregatorConfig } from "#lambdas/aggregator/config.ts";
import { openLocalCloud } from "#local/cloud.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { assemble } from "../cli/assemble.ts";
import { readBars } from "../cli/read-bars.ts";
import { aggregatorEnvironment } from "../cli/running.ts";
import { serveDashboard } from "../cli/start-server.ts";
import type { Rows } from "./running-cloud.ts";
import { openSocketProxy, type SocketProxy } from "./socket-proxy.ts";

/** The page before the real pipeline on embedded engines. All trades of IBM come from the test. */
export interface TruthStage extends AsyncDisposable {
  /** Of the page. */
  readonly url: string;
  /** Between the page and the gateway. */
  readonly proxy: SocketProxy;
  /** How many trades of IBM were put into the stream. */
  readonly tradesPut: number;
  /** Puts one more, as any producer may. */
  put(eventTimeMs: number): Promise<void>;
  /** The bars of IBM in the store that start at `fromMs` or later. */
  stored(interval: string, fromMs: number): Promise<Rows>;
}

export const openTruthStage = async (): Promise<TruthStage> => {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "truth-"));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const [siteDir, assembly] = await Promise.all([
    buildWeb({ outDir: join(folder, "web") }),
    assemble({ source: "sim:?seed=7&symbols=SPY&rate=100&trades=300", arrivalWindowSeconds: "2" }),
  ]);
  opening.use(assembly);
  await endBuilder();
  const cloud = opening.use(await openLocalCloud({ assemblyDir: assembly.dir }));
  Object.assign(process.env, cloud.environment);
  const config = readConfig(aggregatorEnvironment(cloud));
  const proxy = opening.use(await openSocketProxy(cloud.webSocketUrl!));
  const listener = await openLoopbackServer(0);
  const said = {
    symbols: ["IBM", "SPY"],
    intervals: ["10s", "1m", "5m"],
    source: "trades of a test",
    connectionMs: durationMs(7_200_000),
    hasOwnSymbols: true,
  };
  const ticketsUrl = `${cloud.httpApiUrl!}/tickets`;
  opening.use(await serveDashboard({ listener, siteDir, webSocketUrl: proxy.url, ticketsUrl, config: said }));
  const client = openKinesisClient();
  opening.defer(() => client.destroy());
  const resources = opening.move();
  let tradesPut = 0;
  return {
    url: `http://localhost:${listener.host.split(":")[1]}/`,
    proxy,
    get tradesPut() {
      return tradesPut;
    },
    put: async (eventTimeMs) => {
      const sequence = ++tradesPut;
      const price = `${180 + (sequence % 7)}.25`;
      const trade = { symbol: "IBM", price, size: 1 + (sequence % 5), eventTimeMs, sequence };
      const Data = Buffer.from(JSON.stringify(trade));
      await client.send(new PutRecordCommand({ StreamName: config.ticksStream, PartitionKey: "IBM", Data }));
    },
    stored: (interval, fromMs) => storedRows(config, interval, fromMs),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
};

const storedRows = async (
  { intervals, panesTable }: AggregatorConfig,
  interval: string,
  fromMs: number,
): Promise<Rows> => {
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const storedMs = intervals.map(({ intervalMs }) => intervalMs);
  const range = { fromMs: epochMs(fromMs), toMs: epochMs(Date.now() + 60_000) };
  return (await readBars(panes, storedMs, { symbol: "IBM", intervalMs: readInterval(interval)!, ...range })).map(
    barRow,
  );
};
