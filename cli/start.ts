import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";
import { intervalText } from "#core/interval.ts";
import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { readConfig as readAggregatorConfig } from "#lambdas/aggregator/config.ts";
import { readConfig as readBroadcastConfig } from "#lambdas/ws-broadcast/config.ts";
import { openLocalCloud, type CloudEvent, type LocalCloud } from "#local/cloud.ts";
import type { LoopbackServer } from "#local/loopback-server.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { stopSignal } from "./stop-signal.ts";
import { cloudEventText } from "./cloud-event-text.ts";
import { assemble, slidingSetting } from "./assemble.ts";
import { runCommand, type Arguments } from "./command.ts";
import { countOf, number, say } from "./output.ts";
import { listenForDashboard } from "./dashboard-port.ts";
import { diskFailureOf, openDataFolder } from "./data-folder.ts";
import { endLeaseOfDeadRun } from "./feed-lease.ts";
import { createProgressLine, type ProgressLine } from "./progress-line.ts";
import { aggregatorEnvironment, announce, socketEnvironment } from "./running.ts";
import { createStages, type Stages } from "./stages.ts";
import { openRates } from "./start-rates.ts";
import { serveDashboard, type DashboardServer } from "./start-server.ts";
import { warmUp } from "./start-warm.ts";
import { barsLines, feedOf, readSettings, START_OPTIONS, type Feed, type StartSettings } from "./start-settings.ts";

const HELP = `Runs the whole pipeline on this machine, with live trades and a dashboard, until Ctrl-C.

Usage: npm start [-- flags]

  --source replay|sim  replay: a file of trades, as if it happened now: the 30 minutes before now at once, then at
                       true speed, in a loop; sim: a simulated market                    (default: replay)
  --file F             a CSV or CSV.gz whose header names time, symbol, price and size   (default: the shipped hour)
  --speed N|max        replays at the file's own times instead, N times as fast in a loop, or once as fast as it goes
  --sliding L/S        also averages over windows that overlap, length and step like 10s/5s; may repeat
  --port P             of the dashboard                                   (default: 8080, or the next that is free)
  --headless           serves the WebSocket API, but no dashboard
  --for SECONDS        ends by itself after so long
  --data DIR           keeps streams and tables there, and goes on with them the next time
  --idle-close SECONDS
                       how long an idle shard waits before its arrival window is taken to be over, 1 to 120; on AWS
                       up to 2 minutes                                                   (default: 1)
  --socket-limit SECONDS
                       ends each connection after so long; the page renews its own before   (default: 7200, as on AWS)
  --verbose            shows the functions' own log lines and metrics
  --help               shows this
`;

const start = async (args: Arguments): Promise<number> => {
  const settings = readSettings(args);
  await using _ = settings.dataDir === undefined ? undefined : await openDataFolder(settings.dataDir);
  const stop = stopSignal();
  const stage = createStages();
  const listener = await listenForDashboard(settings.port);
  try {
    return await run(settings, listener, stop, stage);
  } catch (error) {
    // Ctrl-C reaches the processes that build, too.
    if (stop.aborted && error instanceof PipelineError) return 0;
    throw (settings.dataDir !== undefined && diskFailureOf(error, settings.dataDir)) || error;
  } finally {
    listener.server.closeAllConnections();
    listener.server.close();
  }
};

const run = async (
  settings: StartSettings,
  listener: LoopbackServer,
  stop: AbortSignal,
  stage: Stages,
): Promise<number> => {
  const feed = await stage.run("read the trades", () => feedOf(settings));
  if (stop.aborted) return 0;
  await using assembly = await stage.run("built and synthesized the app", () =>
    assemble({ source: feed.spec, ...symbolSetting(feed.symbols), ...slidingSetting(settings.sliding) }),
  );
  if (stop.aborted) return 0;
  const siteDir = settings.isHeadless
    ? undefined
    : await stage.run("built the dashboard", () => buildWeb({ outDir: join(assembly.dir, "../web") }));
  await endBuilder();
  const progress = createProgressLine();
  await using cloud = await stage.run("opened the local cloud", () =>
    openLocalCloud({
      ...cloudOptions(settings),
      assemblyDir: assembly.dir,
      onEvent: (event) => !stop.aborted && tell(event, settings.isVerbose, progress),
    }),
  );
  void warmUp(cloud);
  await using dashboard = await serveDashboard({
    listener,
    siteDir,
    webSocketUrl: cloud.webSocketUrl!,
    ticketsUrl: `${cloud.httpApiUrl!}/tickets`,
    config: pageConfig(feed, cloud, settings),
  });
  await using _ = await announce(cloud, `npm start, ${addressOf(listener, settings)}`);
  greet(feed, listener, settings, stage.totalSeconds);
  await showRates(cloud, dashboard, { stop, progress, seconds: settings.seconds });
  say("ends");
  return 0;
};

const cloudOptions = ({ idleCloseMs, connectionMs, dataDir }: StartSettings) => ({
  idleCloseMs,
  socketLimits: { connectionMs },
  ...(dataDir === undefined ? {} : { dataDir, onProvisioned: endLeaseOfDeadRun }),
});

const pageConfig = (
  feed: Feed,
  cloud: LocalCloud,
  { connectionMs }: StartSettings,
): Omit<DashboardConfig, "webSocketUrl"> => ({
  symbols: feed.symbols,
  intervals: intervalsOf(cloud),
  source: feed.words,
  kind: feed.kind,
  // neither a file nor a simulation follows what is watched
  hasOwnSymbols: true,
  passes: feed.passes,
  connectionMs,
});

/** What synthesis holds against the limits of Lambda; names that context cannot carry are left out. */
const symbolSetting = (symbols: readonly string[]): Readonly<Record<string, string>> => {
  const named = symbols.filter((symbol) => /^[^\s,|]+$/.test(symbol));
  return named.length === 0 ? {} : { symbols: named.join(",") };
};

const intervalsOf = (cloud: LocalCloud): readonly string[] => {
  const { storedIntervalsMs, offeredIntervalsMs } = readBroadcastConfig(socketEnvironment(cloud));
  return [...storedIntervalsMs, ...offeredIntervalsMs].toSorted((a, b) => a - b).map(intervalText);
};

const addressOf = ({ host }: LoopbackServer, { isHeadless }: StartSettings): string => {
  const port = host.split(":")[1];
  return isHeadless ? `ws://localhost:${port}/socket` : `http://localhost:${port}`;
};

const greet = (feed: Feed, listener: LoopbackServer, settings: StartSettings, seconds: number): void => {
  const address = addressOf(listener, settings);
  say(`ready after ${seconds.toFixed(1)} s: ${feed.words}\n`);
  say(`  ${settings.isHeadless ? "WebSocket" : "dashboard"}  ${address}`);
  if (settings.isHeadless) say(`  tickets    POST ${address.replace(/^ws(.*)socket$/, "http$1tickets")}`);
  for (const line of barsLines(feed, settings)) say(line);
  say("  Ctrl-C ends it\n");
};

const RATE_SECONDS = 5;

/** Shows each second what moves, until the signal or the end of the time given. */
const showRates = async (
  cloud: LocalCloud,
  dashboard: DashboardServer,
  { stop, progress, seconds }: { stop: AbortSignal; progress: ProgressLine; seconds: number | undefined },
): Promise<void> => {
  Object.assign(process.env, cloud.environment);
  const { barsStream, intervals } = readAggregatorConfig(aggregatorEnvironment(cloud));
  const shortestMs = Math.min(...intervals.map(({ intervalMs }) => intervalMs));
  await using open = await openRates(barsStream, shortestMs);
  const stopped = once(stop, "abort");
  const recent: number[] = [];
  for (let second = 0; !stop.aborted && second !== seconds; second++) {
    await Promise.race([delay(1_000), stopped]);
    if (stop.aborted) break;
    await open.refresh();
    const { trades, bars, newestEventTimeMs } = open.rates;
    recent.push(trades);
    if (recent.length > RATE_SECONDS + 1) recent.shift();
    const rate = Math.round((trades - recent[0]!) / Math.max(1, recent.length - 1));
    const age = newestEventTimeMs === undefined ? undefined : (Date.now() - newestEventTimeMs) / 1_000;
    const words = [
      countOf(trades, "trade"),
      `${number(rate)}/s`,
      countOf(bars, "bar"),
      countOf(dashboard.connections, "connection"),
      ...(age === undefined || age > LONGEST_LAG_SECONDS ? [] : [`lag ${age.toFixed(1)} s`]),
    ];
    progress.show(words.join("   "));
  }
  progress.end();
};

/** Trades that are older were not meant to be of now. */
const LONGEST_LAG_SECONDS = 3_600;

const tell = (event: CloudEvent, isVerbose: boolean, progress: ProgressLine): void => {
  const text = isVerbose ? JSON.stringify(event) : cloudEventText(event);
  if (text === undefined) return;
  progress.end();
  process.stderr.write(`${text}\n`);
};

await runCommand({
  help: HELP,
  options: {
    ...START_OPTIONS,
    headless: { type: "boolean" },
    "idle-close": { type: "string" },
    "socket-limit": { type: "string" },
  },
  run: start,
});
