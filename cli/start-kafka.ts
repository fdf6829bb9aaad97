import { join } from "node:path";
import { PipelineError } from "#core/errors.ts";
import type { Environment } from "#lambdas/environment.ts";
import type { LoopbackServer } from "#local/loopback-server.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { runCommand, type Arguments } from "./command.ts";
import { listenForDashboard } from "./dashboard-port.ts";
import { openDataFolder } from "./data-folder.ts";
import { runInContainers } from "./kafka/containers.ts";
import { chooseEngines, openJarEngines, reachEngines, readRunningEngines } from "./kafka/engines.ts";
import { freeHealthPorts, readKafkaSettings, workersOf, type KafkaSettings } from "./kafka/settings.ts";
import { showProgress } from "./kafka/show-progress.ts";
import { runSetup, startWorkers, type WorkerProcess, type WorkerProcesses } from "./kafka/worker-processes.ts";
import { toldToOthers, type WorkersConfig } from "./kafka/workers-config.ts";
import { say } from "./output.ts";
import { announceWorkers } from "./running.ts";
import { createStages } from "./stages.ts";
import { barsLines, feedOf, START_OPTIONS } from "./start-settings.ts";
import { stopSignal } from "./stop-signal.ts";

const HELP = `Runs the whole pipeline on Kafka and Cassandra, with live trades and a dashboard, until Ctrl-C.

Usage: npm run start:kafka [-- flags]

  --engines running    uses Kafka at KAFKA_BROKERS and Cassandra at CASSANDRA_CONTACT_POINTS (both host:port, with commas)
            docker     builds and starts containers by compose.yaml: Kafka, Cassandra, Redis, the workers, the dashboard
            jars       starts Kafka and Cassandra from the jars that Maven fetches once; needs Java 17 and Maven
                       (default: running where both variables are set, else docker where its engine is, else jars)
  --source replay|sim  replay: a file of trades, as if it happened now: the 30 minutes before now at once, then at
                       true speed, in a loop; sim: a simulated market                    (default: replay)
  --file F             a CSV or CSV.gz whose header names time, symbol, price and size   (default: the shipped hour)
  --speed N|max        replays at the file's own times instead, N times as fast in a loop, or once as fast as it goes
  --sliding L/S        also averages over windows that overlap, length and step like 10s/5s; may repeat
  --port P             of the dashboard                                   (default: 8080, or the next that is free)
  --for SECONDS        ends by itself after so long
  --data DIR           keeps the data of engines from jars there, and goes on with it the next time
  --verbose            shows where the logs are, and what Kafka and Cassandra are asked for
  --help               shows this

The workers also run apart, by \`node workers/NAME/main.ts\` or in containers: docs/kafka.md.
`;

const start = async (args: Arguments): Promise<number> => {
  const settings = readKafkaSettings(args);
  const kind = await chooseEngines(settings.engines);
  if (kind === "docker") return runInContainers(settings, stopSignal());
  const running = kind === "running" ? readRunningEngines() : undefined;
  if (running !== undefined && settings.dataDir !== undefined) say("--data is not needed: the engines keep their own");
  await using _ = settings.dataDir === undefined ? undefined : await openDataFolder(settings.dataDir);
  const stop = stopSignal();
  const listener = await listenForDashboard(settings.port);
  try {
    return await run({ settings, running, listener, stop });
  } catch (error) {
    if (stop.aborted && (error instanceof PipelineError || error === stop.reason)) return 0;
    throw error;
  } finally {
    release(listener);
  }
};

interface Run {
  readonly settings: KafkaSettings;
  /** What is told of engines that run; undefined: they are started from jars. */
  readonly running: WorkersConfig | undefined;
  /** Keeps the dashboard's port until the broadcaster takes it. */
  readonly listener: LoopbackServer;
  readonly stop: AbortSignal;
}

const run = async ({ settings, running, listener, stop }: Run): Promise<number> => {
  const sayEnds = (): void => say("ends");
  stop.addEventListener("abort", sayEnds);
  const stage = createStages();
  const feed = await stage.run("read the trades", () => feedOf(settings));
  await using folder = await openTemporaryDir("tapestream-kafka-");
  const dir = settings.dataDir ?? folder.dir;
  const siteDir = await stage.run("built the dashboard", () => buildWeb({ outDir: join(folder.dir, "web") }));
  await endBuilder();
  if (stop.aborted) return 0;
  await using engines =
    running === undefined
      ? await stage.run("started Kafka and Cassandra", () => openJarEngines(dir, (what) => say(`${what} …`), stop))
      : await stage.run("reached Kafka and Cassandra", () => reachEngines(running, stop));
  if (stop.aborted) return 0;
  const logDir = join(dir, "logs");
  const port = Number(listener.host.split(":")[1]);
  const healthPorts = await freeHealthPorts();
  const workers = workersOf({ engines, feed, sliding: settings.sliding, siteDir, port, healthPorts });
  await stage.run("made topics and tables", () => runSetup(workers[0]!.environment, { logDir, stop }));
  release(listener);
  await using processes = await stage.run("started the workers", () => startWorkers(workers, { logDir, stop }));
  const address = `http://localhost:${port}`;
  await using _ = await announceWorkers(toldToOthers(environmentOf(workers)), `npm run start:kafka, ${address}`);
  stop.removeEventListener("abort", sayEnds);
  say(`ready after ${stage.totalSeconds.toFixed(1)} s: ${feed.words}, by Kafka and Cassandra\n`);
  say(`  dashboard  ${address}`);
  for (const line of barsLines(feed, settings)) say(line);
  if (settings.isVerbose) sayWhere(workers, logDir);
  say("  Ctrl-C ends it\n");
  await showUntilOver(workers, processes, settings, stop);
  say("ends");
  return 0;
};

/** Shows what moves until the end; rejects when a worker ends before. */
const showUntilOver = async (
  workers: readonly WorkerProcess[],
  { failed }: WorkerProcesses,
  { seconds }: KafkaSettings,
  stop: AbortSignal,
): Promise<void> => {
  const over = new AbortController();
  try {
    await Promise.race([showProgress(workers, AbortSignal.any([stop, over.signal]), seconds), failed]);
  } finally {
    over.abort();
  }
};

const release = ({ server }: LoopbackServer): void => {
  server.closeAllConnections();
  server.close();
};

/** What all of them are told. */
const environmentOf = (workers: readonly WorkerProcess[]): Environment => ({
  ...process.env,
  ...workers[0]!.environment,
});

const sayWhere = (workers: readonly WorkerProcess[], logDir: string): void => {
  const { KAFKA_BROKERS, CASSANDRA_CONTACT_POINTS } = environmentOf(workers);
  say(`  Kafka      ${KAFKA_BROKERS}\n  Cassandra  ${CASSANDRA_CONTACT_POINTS}\n  logs       ${logDir}`);
  for (const { name, healthPort } of workers) say(`  ${name.padEnd(13)}http://127.0.0.1:${healthPort}/metrics`);
};

await runCommand({
  help: HELP,
  options: { ...START_OPTIONS, engines: { type: "string" } },
  run: start,
});
