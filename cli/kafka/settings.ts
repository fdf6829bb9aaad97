import { freePorts } from "#local/jars/free-ports.ts";
import { slidingWindowText, type SlidingWindow } from "#core/sliding-window.ts";
import type { Arguments } from "../command.ts";
import { readSettings, type Feed, type StartSettings } from "../start-settings.ts";
import type { Engines } from "./engines.ts";
import { WORKERS, type WorkerName, type WorkerProcess } from "./worker-processes.ts";

export interface KafkaSettings extends StartSettings {
  /** What `--engines` says. */
  readonly engines: string | undefined;
  /** Whether a file or a speed was named. */
  readonly isGiven: boolean;
}

/** Panes are stored so often: on one machine there is no need to be sparing. */
const LIFE_MS = 2_000;

/** @throws PipelineError TAPE_USAGE */
export const readKafkaSettings = (args: Arguments): KafkaSettings => ({
  ...readSettings(args),
  engines: args.text("engines"),
  isGiven: (args.text("file") ?? args.text("speed")) !== undefined,
});

export const freeHealthPorts = async (): Promise<Readonly<Record<WorkerName, number>>> => {
  const [broadcaster, aggregator, fetcher] = (await freePorts(WORKERS.length)) as [number, number, number];
  return { broadcaster, aggregator, fetcher };
};

/** What workers are told of the averages that flags ask for; without any, what the environment says holds. */
export const slidingEnvironment = (sliding: readonly SlidingWindow[]): Readonly<Record<string, string>> =>
  sliding.length === 0 ? {} : { SLIDING_AVERAGES: sliding.map(slidingWindowText).join(",") };

export interface WorkersOptions {
  readonly engines: Engines;
  readonly feed: Feed;
  readonly sliding: readonly SlidingWindow[];
  readonly siteDir: string;
  /** Of the dashboard. */
  readonly port: number;
  readonly healthPorts: Readonly<Record<WorkerName, number>>;
}

/** The workers of one machine, all told the same. */
export const workersOf = ({
  engines,
  feed,
  sliding,
  siteDir,
  port,
  healthPorts,
}: WorkersOptions): readonly WorkerProcess[] => {
  const environment = {
    ...engines.environment,
    SOURCE: feed.spec,
    ...slidingEnvironment(sliding),
    LIFE_MS: String(LIFE_MS),
    SOCKET_PORT: String(port),
    SITE_DIR: siteDir,
    DASHBOARD_SYMBOLS: feed.symbols.join(","),
    DASHBOARD_WORDS: feed.words,
    DASHBOARD_KIND: feed.kind,
    ...(feed.passes && { DASHBOARD_PASSES: `${feed.passes.beginMs}:${feed.passes.everyMs}` }),
  };
  return WORKERS.map((name) => ({ name, environment, healthPort: healthPorts[name] }));
};
