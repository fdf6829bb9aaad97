import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { PipelineError } from "#core/errors.ts";
import type { Environment } from "#lambdas/environment.ts";
import { usage } from "../command.ts";
import { say } from "../output.ts";
import { announceWorkers } from "../running.ts";
import { feedOf } from "../start-settings.ts";
import { slidingEnvironment, type KafkaSettings } from "./settings.ts";
import { toldToOthers } from "./workers-config.ts";

const FILE = join(import.meta.dirname, "../../compose.yaml");
const DEFAULT_PORT = 8_080;
/** A timer waits no longer than 2^31 ms; then the containers are taken down, too. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Builds and starts everything in containers, waits until all are healthy, shows the address, and takes them down at the
 * end. What Kafka and Cassandra hold stays in volumes.
 * @throws PipelineError TAPE_ENGINE_UNAVAILABLE
 */
export const runInContainers = async (settings: KafkaSettings, stop: AbortSignal): Promise<number> => {
  if (settings.dataDir !== undefined)
    throw usage("--data goes with engines from jars; containers keep theirs in docker volumes");
  const { port = DEFAULT_PORT, seconds } = settings;
  const environment = {
    DASHBOARD_PORT: String(port),
    ...slidingEnvironment(settings.sliding),
    ...(await sourceOf(settings)),
  };
  try {
    await compose(["up", "--build", "--detach", "--wait"], environment);
    const address = `http://localhost:${port}`;
    await using _ = await announceWorkers(toldToOthers(fromOutside(environment)), `npm run start:kafka, ${address}`);
    say(`\n  dashboard  ${address}`);
    say("  bars       npm run bars -- --symbol SPY --interval 1m");
    say("  Ctrl-C ends it; `docker compose down --volumes` also forgets all bars\n");
    await untilOver(stop, seconds);
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    await compose(["down"], environment);
  }
  return 0;
};

/** Where the containers' engines are reached from this machine, and what their workers are told of bars. */
const fromOutside = (environment: Readonly<Record<string, string>>): Environment => {
  const { KAFKA_PORT = "19092", CASSANDRA_PORT = "19042", SLIDING_AVERAGES = "" } = { ...process.env, ...environment };
  return {
    KAFKA_BROKERS: `localhost:${KAFKA_PORT}`,
    CASSANDRA_CONTACT_POINTS: `localhost:${CASSANDRA_PORT}`,
    SLIDING_AVERAGES,
  };
};

/** Resolves when the time is over or the signal aborts; nothing else keeps this process alive meanwhile. */
const untilOver = async (stop: AbortSignal, seconds: number | undefined): Promise<void> => {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), Math.min(LONGEST_MS, (seconds ?? LONGEST_MS) * 1_000));
  const ends = AbortSignal.any([stop, over.signal]);
  if (!ends.aborted) await once(ends, "abort");
  clearTimeout(timer);
};

/** The image has the shipped trades alone; what it is told by default replays them. */
const sourceOf = async (settings: KafkaSettings): Promise<Readonly<Record<string, string>>> => {
  if (settings.source === "replay" && !settings.isGiven) return {};
  if (settings.isGiven)
    throw usage("--file and --speed go with engines from jars or running ones: containers see no files");
  const { spec, symbols, words, kind } = await feedOf(settings);
  return { SOURCE: spec, DASHBOARD_SYMBOLS: symbols.join(","), DASHBOARD_WORDS: words, DASHBOARD_KIND: kind };
};

const compose = async (args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> => {
  const child = spawn("docker", ["compose", "--file", FILE, ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
  await once(child, "exit");
  if (child.exitCode === 0) return;
  const message = `docker compose ${args[0]} must succeed, ended with ${child.exitCode ?? child.signalCode}`;
  throw new PipelineError("TAPE_ENGINE_UNAVAILABLE", message);
};
