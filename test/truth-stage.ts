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
import type { SignInConfig } from "#core/protocol/dashboard-config.ts";
import { openLocalCloud, type CloudEvent } from "#local/cloud.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { assemble } from "../cli/assemble.ts";
import { readBars } from "../cli/read-bars.ts";
import { aggregatorEnvironment } from "../cli/running.ts";
import { serveDashboard } from "../cli/start-server.ts";
import type { Rows } from "./running-cloud.ts";
import { openSocketProxy, type SocketProxy } from "./socket-proxy.ts";

/** The page before the real pipeline on embedded engines. All trades come from the test. */
export interface TruthStageOptions {
  /** Of the app, besides the stage's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How readers sign in. @default nobody has to */
  readonly signIn?: SignInConfig;
}

export interface TruthStage extends AsyncDisposable {
  /** Of the page. */
  readonly url: string;
  /** Between the page and the gateway, unless readers sign in. */
  readonly proxy: SocketProxy;
  /** What the cloud told of itself, and its functions' own log lines. */
  readonly logLines: readonly string[];
  /** How many trades of IBM were put into the stream. */
  readonly tradesPut: number;
  /** Puts one more, as any producer may. */
  put(eventTimeMs: number): Promise<void>;
  /** The bars of IBM in the store that start at `fromMs` or later. */
  stored(interval: string, fromMs: number): Promise<Rows>;
}

export const openTruthStage = async ({ settings, signIn }: TruthStageOptions = {}): Promise<TruthStage> => {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "truth-"));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const [siteDir, assembly] = await Promise.all([
    buildWeb({ outDir: join(folder, "web") }),
    // Nobody else's trades come, or those of the test would be late by chance.
    assemble({ source: "sim:?symbols=SPY&trades=0", arrivalWindowSeconds: "2", ...settings }),
  ]);
  opening.use(assembly);
  await endBuilder();
  const logLines: string[] = [];
  const onEvent = (event: CloudEvent): void =>
    void logLines.push(event.kind === "logged" ? event.line : JSON.stringify(event));
  const cloud = opening.use(await openLocalCloud({ assemblyDir: assembly.dir, onEvent }));
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
    signIn,
  };
  const tickets = cloud.httpApiUrl === undefined ? {} : { ticketsUrl: `${cloud.httpApiUrl}/tickets` };
  const connectOrigins = signIn === undefined ? [] : [new URL(signIn.issuer).origin];
  // who is refused is not told so by a proxy, which takes the socket first
  const webSocketUrl = signIn === undefined ? proxy.url : cloud.webSocketUrl!;
  const served = { listener, siteDir, webSocketUrl, connectOrigins, ...tickets };
  opening.use(await serveDashboard({ ...served, config: said }));
  const client = openKinesisClient();
  opening.defer(() => client.destroy());
  const resources = opening.move();
  let tradesPut = 0;
  return {
    url: `http://localhost:${listener.host.split(":")[1]}/`,
    proxy,
    logLines,
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
