import { once } from "node:events";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openHealthServer } from "#adapters/node/health-server.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { Metrics } from "#adapters/prometheus/metrics.ts";
import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import { durationMs } from "#core/units.ts";
import { readText, type Environment } from "#lambdas/environment.ts";
import { withDefaults } from "./defaults.ts";
import { readPort } from "./environment.ts";

export interface RunningWorker extends AsyncDisposable {
  /** Whether it does its work now. */
  readonly isReady: boolean;
  /** Rejects when it cannot go on, and waiting would not make it good. */
  readonly done?: Promise<unknown>;
}

/** What every worker is given. */
export interface WorkerContext {
  /** With the defaults where the operator says nothing. */
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export type OpenWorker = (context: WorkerContext) => Promise<RunningWorker>;

const BACKOFF: Backoff = { firstMs: durationMs(500), longestMs: durationMs(10_000) };
const LONGEST_BACKOFF = 6;
/** An end waits no longer for engines that do not answer: who ends processes kills them after 30 s. */
const LONGEST_END = durationMs(20_000);

/**
 * Runs a worker until the process is asked to end; says how it is at its health port meanwhile. An engine that does not
 * answer at first is waited for. What cannot be made good by waiting ends it with one line and exit code 1.
 */
export const runWorker = async (name: string, open: OpenWorker): Promise<void> => {
  const log = openLogger({ service: name });
  const stop = stopSignal();
  let metrics = new Metrics();
  const env = withDefaults(process.env);
  let worker: RunningWorker | undefined;
  try {
    await using health = await openHealthServer({
      host: readText(env, "HTTP_HOST"),
      port: readPort(env, "HEALTH_PORT"),
      isReady: () => worker?.isReady ?? false,
      metrics: () => metrics.read(),
    });
    const tryOpen = (): Promise<RunningWorker> => open({ env, clock, log, metrics: (metrics = new Metrics()) });
    worker = await openWhenPossible(tryOpen, log, stop);
    if (worker === undefined) return;
    log.info("runs", { healthPort: health.port });
    try {
      await untilStopped(worker, stop);
      log.info("ends");
    } finally {
      await inTime(worker[Symbol.asyncDispose](), log);
    }
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    log.error("cannot run", { code: error.code, error });
    process.exitCode = 1;
  }
  // Clients of engines may hold connections for a while.
  process.exit();
};

const untilStopped = async ({ done }: RunningWorker, stop: AbortSignal): Promise<void> => {
  if (stop.aborted) return;
  const stopped = once(stop, "abort");
  await Promise.race([stopped, Promise.all([done, stopped])]);
};

/** Whoever comes next goes on at what was stored. */
const inTime = async (ended: PromiseLike<void>, log: Log): Promise<void> => {
  const isLate = Symbol("late");
  const late = clock.sleep(LONGEST_END).then(() => isLate);
  if ((await Promise.race([ended, late])) !== isLate) return;
  log.warn("ends without waiting any longer", { waitedMs: LONGEST_END });
};

/** Runs work that ends by itself, once its engines answer. */
export const runOnce = async (name: string, work: (context: Pick<WorkerContext, "env" | "log">) => Promise<void>) => {
  const log = openLogger({ service: name });
  const done: RunningWorker = { isReady: true, [Symbol.asyncDispose]: async () => undefined };
  const open = async (): Promise<RunningWorker> => {
    await work({ env: withDefaults(process.env), log });
    return done;
  };
  try {
    if (await openWhenPossible(open, log, stopSignal())) log.info("done");
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    log.error("cannot run", { code: error.code, error });
    process.exitCode = 1;
  }
  process.exit();
};

/** The worker that `open` makes of `clients`, which are closed behind it, or at once when it cannot be made. */
export const closing = async <Worker extends RunningWorker>(
  clients: readonly AsyncDisposable[],
  open: () => Promise<Worker>,
): Promise<RunningWorker> => {
  const close = async (): Promise<void> => {
    for (const client of clients) await client[Symbol.asyncDispose]();
  };
  try {
    const worker = await open();
    return {
      get isReady() {
        return worker.isReady;
      },
      ...(worker.done && { done: worker.done }),
      [Symbol.asyncDispose]: async () => {
        try {
          await worker[Symbol.asyncDispose]();
        } finally {
          await close();
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** The worker, as soon as its engines answer; undefined when the process is asked to end before. */
const openWhenPossible = async (
  open: () => Promise<RunningWorker>,
  log: Log,
  stop: AbortSignal,
): Promise<RunningWorker | undefined> => {
  for (let attempt = 1; !stop.aborted; attempt++) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof PipelineError) || !error.isRetryable) throw error;
      log.warn("waits for the engines", { code: error.code, reason: error.message });
      const pauseMs = backoffMs(BACKOFF, Math.min(attempt, LONGEST_BACKOFF), Math.random());
      await Promise.race([clock.sleep(pauseMs), once(stop, "abort")]);
    }
  }
  return undefined;
};

/** Aborts when somebody asks this process to end; who asks twice ends it at once. */
const stopSignal = (): AbortSignal => {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(1);
      stop.abort();
    });
  }
  return stop.signal;
};
