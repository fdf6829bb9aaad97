import { readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PipelineError } from "#core/errors.ts";
import type { LocalCloud } from "#local/cloud.ts";

/** How another process reaches a local cloud that runs. */
export interface Running {
  readonly pid: number;
  /** The variables with which AWS clients find it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** The aggregator's own environment, which says what is stored where. */
  readonly aggregator: Readonly<Record<string, string>>;
}

/** One at a time is found; `TAPESTREAM_RUNNING` names another file for those who run several. */
const FILE = process.env["TAPESTREAM_RUNNING"] ?? join(import.meta.dirname, "../.tapestream/running.json");

/** Says that `cloud` runs, until it is disposed of or another says so. */
export const announce = async (cloud: LocalCloud): Promise<AsyncDisposable> => {
  const running: Running = {
    pid: process.pid,
    environment: cloud.environment,
    outputs: cloud.outputs,
    aggregator: aggregatorEnvironment(cloud),
  };
  await mkdir(dirname(FILE), { recursive: true });
  await writeFile(FILE, JSON.stringify(running, undefined, 2), { mode: 0o600 });
  return {
    [Symbol.asyncDispose]: async () => {
      if ((await readRunning())?.pid === process.pid) await rm(FILE, { force: true });
    },
  };
};

/**
 * The local cloud that runs.
 * @throws PipelineError TAPE_STORE_UNAVAILABLE when none does.
 */
export const findRunning = async (): Promise<Running> => {
  const running = await readRunning();
  if (running === undefined || !isAlive(running.pid)) {
    throw new PipelineError(
      "TAPE_STORE_UNAVAILABLE",
      "a store must be running, none was found: start one with npm start",
    );
  }
  return running;
};

const readRunning = (): Promise<Running | undefined> =>
  readFile(FILE, "utf8").then(
    (text) => JSON.parse(text) as Running,
    () => undefined,
  );

/** The environment of the function that stores bars, as the template gives it. */
export const aggregatorEnvironment = ({ functions }: LocalCloud): Readonly<Record<string, string>> => {
  const aggregator = functions.find(({ environment }) => "INTERVALS_MS" in environment && "BARS_STREAM" in environment);
  if (aggregator === undefined) throw new RangeError("the app must have an aggregator, had none");
  return aggregator.environment;
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
