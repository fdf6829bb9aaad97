import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";

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

const FOLDER = join(import.meta.dirname, "../../workers");
const POLL_MS = 200;
const GRACE_MS = 20_000;
const LAST_LINES = 3;

/** Runs a worker that ends by itself. @throws PipelineError TAPE_ENGINE_UNAVAILABLE */
export const runSetup = async (environment: WorkerProcess["environment"], logDir: string): Promise<void> => {
  await mkdir(logDir, { recursive: true });
  const child = startProcess("setup", environment, logDir);
  await once(child, "exit");
  if (child.exitCode !== 0) throw await failure("setup", logDir);
};

/** Starts workers, each a process of its own that logs to a file, and waits until all are ready. */
export const startWorkers = async (workers: readonly WorkerProcess[], logDir: string): Promise<WorkerProcesses> => {
  await using started = new AsyncDisposableStack();
  const faults: Promise<never>[] = [];
  let isOver = false;
  started.defer(() => void (isOver = true));
  for (const { name, environment, healthPort } of workers) {
    const child = startProcess(name, { ...environment, HEALTH_PORT: String(healthPort) }, logDir);
    started.defer(() => end(child));
    const fault = once(child, "exit").then(async () => {
      if (isOver) return await new Promise<never>(() => undefined);
      throw await failure(name, logDir);
    });
    fault.catch(() => undefined);
    faults.push(fault);
  }
  const failed = Promise.race(faults);
  failed.catch(() => undefined);
  for (const { healthPort } of workers) await Promise.race([untilReady(healthPort), failed]);
  const all = started.move();
  return {
    failed,
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      await all.disposeAsync();
    },
  };
};

/** Not in this group, so that Ctrl-C reaches it by us alone. */
const startProcess = (name: string, environment: WorkerProcess["environment"], logDir: string): ChildProcess => {
  const log = openSync(join(logDir, `${name}.log`), "a");
  const child = spawn(process.execPath, [join(FOLDER, name, "main.ts")], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  return child;
};

const untilReady = async (port: number): Promise<void> => {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
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

const failure = async (name: string, logDir: string): Promise<PipelineError> => {
  const file = join(logDir, `${name}.log`);
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n").slice(-LAST_LINES);
  const message = `the ${name} must go on, but ended; ${file} ends with: ${lines.join(" | ")}`;
  return new PipelineError("TAPE_ENGINE_UNAVAILABLE", message);
};
