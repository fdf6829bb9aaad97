import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PipelineError } from "#core/errors.ts";
import type { LocalCloud } from "#local/cloud.ts";
import { isAlive } from "#local/processes.ts";

/** What another process is told of one that runs. */
interface RunningProcess {
  readonly pid: number;
  /** Who runs it, and where it is seen. */
  readonly name: string;
  readonly startedAtMs: number;
  /** The variables with which clients find its engines. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How another process reaches a local cloud that runs. */
export interface RunningCloud extends RunningProcess {
  readonly kind: "cloud";
  readonly outputs: Readonly<Record<string, string>>;
  /** The folder that holds a folder per bucket. */
  readonly bucketsDir: string;
  /** The aggregator's own environment, which says what is stored where. */
  readonly aggregator: Readonly<Record<string, string>>;
}

/** How another process reaches what workers on Kafka and Cassandra store. */
export interface RunningWorkers extends RunningProcess {
  readonly kind: "workers";
}

export type Running = RunningCloud | RunningWorkers;

/** Holds a file for each process that runs. `TAPESTREAM_RUNNING` names another folder, to keep some apart. */
const FOLDER = process.env["TAPESTREAM_RUNNING"] ?? join(import.meta.dirname, "../.tapestream");

const fileOf = (pid: number): string => join(FOLDER, `running-${pid}.json`);

/** Says that `cloud` runs, until it is disposed of, and under which name: who runs it, and where it is seen. */
export const announce = (cloud: LocalCloud, name: string): Promise<AsyncDisposable> =>
  tell({
    kind: "cloud",
    ...processNamed(name),
    environment: cloud.environment,
    outputs: cloud.outputs,
    bucketsDir: cloud.bucketsDir,
    aggregator: aggregatorEnvironment(cloud),
  });

/** The same of workers, who are told `environment` of their engines. */
export const announceWorkers = (environment: RunningWorkers["environment"], name: string): Promise<AsyncDisposable> =>
  tell({ kind: "workers", ...processNamed(name), environment });

const processNamed = (name: string) => ({ pid: process.pid, name, startedAtMs: Date.now() });

const tell = async (running: Running): Promise<AsyncDisposable> => {
  const file = fileOf(running.pid);
  await mkdir(FOLDER, { recursive: true });
  for (const { pid } of await readAll()) if (!isAlive(pid)) await rm(fileOf(pid), { force: true });
  await writeFile(file, JSON.stringify(running, undefined, 2), { mode: 0o600 });
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
};

/**
 * What runs on this machine, the one that started last first.
 * @throws PipelineError TAPE_STORE_UNAVAILABLE when none does.
 */
export const findRunning = async (): Promise<readonly [Running, ...Running[]]> => {
  const alive = (await readAll()).filter(({ pid }) => isAlive(pid));
  const [newest, ...others] = alive.toSorted((a, b) => b.startedAtMs - a.startedAtMs);
  if (newest === undefined) {
    throw new PipelineError(
      "TAPE_STORE_UNAVAILABLE",
      "a store must be running, none was found: start one with npm start or npm run start:kafka",
    );
  }
  return [newest, ...others];
};

const readAll = async (): Promise<readonly Running[]> => {
  const names = await readdir(FOLDER).catch(() => []);
  const files = names.filter((name) => /^running-\d+\.json$/.test(name));
  const read = await Promise.all(files.map((name) => readFile(join(FOLDER, name), "utf8").catch(() => "")));
  return read.flatMap((text) => (text === "" ? [] : (JSON.parse(text) as Running)));
};

/** The environment of the functions behind the WebSocket API, which says which intervals there are. */
export const socketEnvironment = ({ functions }: LocalCloud): Readonly<Record<string, string>> => {
  const fn = functions.find(({ environment }) => "OFFERED_INTERVALS_MS" in environment);
  if (fn === undefined) throw new RangeError("the app must have functions behind its WebSocket API, had none");
  return fn.environment;
};

/** The environment of the function that stores bars, as the template gives it. */
export const aggregatorEnvironment = ({ functions }: LocalCloud): Readonly<Record<string, string>> => {
  const aggregator = functions.find(({ environment }) => "INTERVALS_MS" in environment && "BARS_STREAM" in environment);
  if (aggregator === undefined) throw new RangeError("the app must have an aggregator, had none");
  return aggregator.environment;
};
