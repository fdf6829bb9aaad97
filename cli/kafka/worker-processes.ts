import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";
import { unlessStopped } from "../stop-signal.ts";

/** In the order in which they start; they end in the other, what feeds the rest first. */
export const WORKERS = ["broadcaster", "aggregator", "fetcher"] as const;

export type WorkerName = (typeof WORKERS)[number];

export interface WorkerProcess {
  readonly name: WorkerName;
  readonly environment: Readonly<Record<string, string>>;
  /** Where it says how it is. */
  readonly healthPort: number;
}

export interface WorkerProcesses extends AsyncDisposable {
  /** Rejects when one of them ends before it is asked to. */
  readonly failed: Promise<never>;
}

/** Where processes log, and what ends them. */
export interface ProcessesOptions {
  readonly logDir: string;
  /** When it aborts, all that was begun ends, and what is under way rejects with its reason. @default never */
  readonly stop?: AbortSignal;
}

const FOLDER = join(import.meta.dirname, "../../workers");
const NEVER = new AbortController().signal;
const POLL_MS = 200;
const GRACE_MS = 20_000;
const LONGEST_START_MS = 120_000;
const LAST_LINES = 3;

/** Runs a worker that ends by itself. @throws PipelineError TAPE_ENGINE_UNAVAILABLE */
export const runSetup = async (
  environment: WorkerProcess["environment"],
  { logDir, stop = NEVER }: ProcessesOptions,
): Promise<void> => {
  await mkdir(logDir, { recursive: true });
  await using child = startProcess("setup", environment, logDir);
  const exitCode = await unlessEnded(stop, () => child.exited, "setup", logDir);
  if (exitCode !== 0) throw await failure("the setup must make topics and tables, but ended", "setup", logDir);
};

/**
 * Starts workers, each a process of its own that logs to a file, and waits until all are ready.
 * @throws PipelineError TAPE_ENGINE_UNAVAILABLE
 */
export const startWorkers = async (
  workers: readonly WorkerProcess[],
  { logDir, stop = NEVER }: ProcessesOptions,
): Promise<WorkerProcesses> => {
  await using started = new AsyncDisposableStack();
  const faults: Promise<never>[] = [];
  let isOver = false;
  for (const { name, environment, healthPort } of workers) {
    const child = started.use(startProcess(name, { ...environment, HEALTH_PORT: String(healthPort) }, logDir));
    const fault = child.exited.then(async () => {
      if (isOver) return await new Promise<never>(() => undefined);
      throw await failure(`the ${name} must go on, but ended`, name, logDir);
    });
    fault.catch(() => undefined);
    faults.push(fault);
  }
  // What is deferred last comes first.
  started.defer(() => void (isOver = true));
  const failed = Promise.race(faults);
  failed.catch(() => undefined);
  for (const { name, healthPort } of workers)
    await unlessEnded(stop, (ends) => Promise.race([untilReady(healthPort, ends), failed]), name, logDir);
  const all = started.move();
  return { failed, [Symbol.asyncDispose]: () => all.disposeAsync() };
};

interface StartedProcess extends AsyncDisposable {
  /** Its exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** Not in this group, so that Ctrl-C reaches it by us alone; a process that ends without a word takes it along. */
const startProcess = (name: string, environment: WorkerProcess["environment"], logDir: string): StartedProcess => {
  const log = openSync(join(logDir, `${name}.log`), "a");
  const child = spawn(process.execPath, [join(FOLDER, name, "main.ts")], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return { exited, [Symbol.asyncDispose]: () => end(child) };
};

/** What `work` brings, unless a stop comes before, or it takes too long; then the signal that it is given aborts. */
const unlessEnded = async <Result>(
  stop: AbortSignal,
  work: (ends: AbortSignal) => Promise<Result>,
  name: string,
  logDir: string,
): Promise<Result> => {
  const late = AbortSignal.timeout(LONGEST_START_MS);
  const ends = AbortSignal.any([stop, late]);
  try {
    return await unlessStopped(ends, work(ends));
  } catch (error) {
    if (error !== late.reason || stop.aborted) throw error;
    throw await failure(`the ${name} must come up within ${LONGEST_START_MS / 1_000} s, did not`, name, logDir);
  }
};

const untilReady = async (port: number, ends: AbortSignal): Promise<void> => {
  while (!ends.aborted) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: ends }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok === true) return;
    await delay(POLL_MS);
  }
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  child.kill("SIGTERM");
  await exit;
  clearTimeout(timer);
};

/** Its last words tell why; the folder of the logs may be gone when somebody reads this. */
const failure = async (problem: string, name: string, logDir: string): Promise<PipelineError> => {
  const lines = (await readFile(join(logDir, `${name}.log`), "utf8")).trimEnd().split("\n").slice(-LAST_LINES);
  return new PipelineError("TAPE_ENGINE_UNAVAILABLE", `${problem}: ${[...new Set(lines.map(wordsOf))].join(" | ")}`);
};

/** What a line of a log says to people. */
const wordsOf = (line: string): string => {
  try {
    const { reason, message, error } = JSON.parse(line) as Record<string, string> & { error?: Error };
    return [message, reason ?? error?.message].filter((words) => words !== undefined).join(": ");
  } catch {
    return line;
  }
};
