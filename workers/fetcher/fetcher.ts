import { once } from "node:events";
import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { TradeSource } from "#core/ports/trade-source.ts";
import { durationMs, epochMs, type EpochMs } from "#core/units.ts";
import type { FetcherDeps, FetcherReport, FetcherRun } from "#lambdas/fetcher/fetcher.ts";
import type { Progress } from "../progress.ts";
import type { RunningWorker } from "../run-worker.ts";

export interface FetcherWorkerDeps {
  readonly fetch: (run: FetcherRun) => Promise<FetcherReport>;
  /** Made as long as its lease can be asked for and frames are taken. */
  readonly progress: Progress;
  /** Of the source: its lease bears it. */
  readonly name: string;
  readonly source: TradeSource;
  readonly speed: number | "max";
  readonly clock: Clock;
  readonly log: Log;
}

/** After so long a run hands on to the next, and so tells how it stands. */
const RUN_MS = 60_000;
const BACKOFF: Backoff = { firstMs: durationMs(200), longestMs: durationMs(5_000) };
const LONGEST_BACKOFF = 6;
/** What comes on: whoever has the lease sends, and the others ask for it. */
const LEASE = "lease";

/**
 * Sends a source's trades, run after run, until it is at its end. Where several processes have the same source one of
 * them sends; another goes on when it is gone. Disposing ends the run that is under way behind what it has announced.
 */
export const openFetcherWorker = (deps: FetcherWorkerDeps): RunningWorker => {
  const stop = new AbortController();
  const done = follow(deps, stop.signal);
  return {
    get isReady() {
      return deps.progress.isMade;
    },
    done,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await done;
    },
  };
};

const follow = async (deps: FetcherWorkerDeps, stop: AbortSignal): Promise<void> => {
  const { name, log, clock } = deps;
  const stopped = once(stop, "abort");
  let failures = 0;
  while (!stop.aborted) {
    try {
      const { status, ...counts } = await deps.fetch(runOf(deps, stop));
      failures = 0;
      if (status === "busy") continue;
      log.info(status === "done" ? "the source is at its end" : "run ended", { source: name, ...counts });
      if (status === "done") return;
    } catch (error) {
      if (!(error instanceof PipelineError) || !(error.isRetryable || error.code === "TAPE_LEASE_LOST")) throw error;
      log.warn("will be tried again", { code: error.code, reason: error.message });
      const pauseMs = backoffMs(BACKOFF, Math.min(++failures, LONGEST_BACKOFF), Math.random());
      await Promise.race([clock.sleep(pauseMs), stopped]);
    }
  }
};

/** A run whose time is over as soon as the worker is to end. */
const runOf = ({ name, source, speed, clock }: FetcherWorkerDeps, stop: AbortSignal): FetcherRun => {
  const endMs = epochMs(clock.nowMs() + RUN_MS);
  return {
    name,
    source,
    speed,
    get deadlineMs(): EpochMs {
      return stop.aborted ? epochMs(0) : endMs;
    },
  };
};

/** The same ports; that they answer is progress. */
export const progressing = (
  progress: Progress,
  { stream, leases }: Pick<FetcherDeps, "stream" | "leases">,
): Pick<FetcherDeps, "stream" | "leases"> => {
  progress.step(LEASE);
  const stepping = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    const given = await answer;
    progress.step(LEASE);
    return given;
  };
  return {
    stream: { ...stream, put: (entries, shardCount) => stepping(stream.put(entries, shardCount)) },
    leases: { ...leases, acquire: (wanted) => stepping(leases.acquire(wanted)) },
  };
};
