import { advanceLife } from "#core/advance-life.ts";
import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { LifePorts, LifeRules } from "#core/life.ts";
import { LifeMemory } from "#core/life-memory.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { Meter } from "#core/ports/meter.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import { durationMs, type EpochMs, type SequenceNumber } from "#core/units.ts";
import { FoldedBatches } from "#lambdas/aggregator/folded-batches.ts";
import { batchReadings } from "#lambdas/aggregator/tell-batch.ts";

/** A shard's records, for whoever follows it. */
export interface ShardFeed {
  /** Those behind `after`, or from the oldest on; none when none come for a while. */
  next(after: SequenceNumber | undefined): Promise<readonly ShardRecord[]>;
}

export interface ShardWorkerDeps {
  readonly ports: LifePorts;
  readonly rules: LifeRules;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly stream: string;
  readonly shard: string;
  readonly feed: ShardFeed;
  /** When a life that begins at `nowMs` ends: then its panes are stored. */
  readonly lifeEnd: (nowMs: EpochMs) => EpochMs;
  /** Every record up to `last` is folded and stored. */
  readonly onStored: (last: SequenceNumber) => Promise<void>;
  /** The shard was read, if only of nothing, and what came was folded. */
  readonly onStep: () => void;
}

const BACKOFF: Backoff = { firstMs: durationMs(100), longestMs: durationMs(5_000) };

/** Where a worker stands between two batches. */
interface Standing {
  readonly state: Uint8Array | undefined;
  /** The last record folded. */
  readonly last: SequenceNumber | undefined;
  readonly lifeEndsMs: EpochMs;
}

/** What a worker has of its shard besides. */
interface Held {
  readonly memory: LifeMemory;
  /** What the log has not been told yet. */
  readonly folded: FoldedBatches;
}

/**
 * Folds a shard's records as they come, one life after another, until `signal` says that it is another's or that it is
 * over; then stores what it holds. A batch that fails is tried again, as Lambda does.
 * @throws PipelineError when an engine refuses what is asked, and trying again would change nothing
 */
export const followShard = async (deps: ShardWorkerDeps, signal: AbortSignal): Promise<void> => {
  const held = { memory: new LifeMemory(deps.rules.intervalsMs), folded: new FoldedBatches(deps.log) };
  try {
    await followWith(held, deps, signal);
  } finally {
    held.folded.tell();
  }
};

const followWith = async (held: Held, deps: ShardWorkerDeps, signal: AbortSignal): Promise<void> => {
  const checkpoint = await untilDone(deps, signal, () => deps.ports.checkpoints.get(deps.stream, deps.shard));
  let standing: Standing = { state: undefined, last: checkpoint?.last, lifeEndsMs: nextEnd(deps) };
  while (!signal.aborted) {
    const { last } = standing;
    const records = (await untilDone(deps, signal, () => deps.feed.next(last))) ?? [];
    const before = standing;
    standing = (await untilDone(deps, signal, () => takeStep(deps, held, before, records, signal))) ?? before;
    deps.onStep();
  }
  if (standing.state !== undefined) await storeOnLeaving(deps, () => takeStep(deps, held, standing, [], signal));
};

/** What cannot be stored now is folded again by whoever comes next: the checkpoint does not pass it over. */
const storeOnLeaving = async ({ log, shard }: ShardWorkerDeps, store: () => Promise<unknown>): Promise<void> => {
  try {
    await store();
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    log.warn("left without storing", { shard, code: error.code, reason: error.message });
  }
};

const nextEnd = ({ clock, lifeEnd }: ShardWorkerDeps): EpochMs => lifeEnd(clock.nowMs());

const takeStep = async (
  deps: ShardWorkerDeps,
  { memory, folded }: Held,
  standing: Standing,
  records: readonly ShardRecord[],
  signal: AbortSignal,
): Promise<Standing> => {
  const { ports, rules, stream, shard } = deps;
  const isLast = signal.aborted || deps.clock.nowMs() >= standing.lifeEndsMs;
  if (records.length === 0 && !(isLast && standing.state !== undefined)) return standing;
  const step = { stream, shard, records, state: standing.state, isLast };
  const startedMs = deps.clock.nowMs();
  const outcome = await advanceLife(ports, rules, step, memory);
  const batch = { shard, records, startedMs, outcome };
  folded.add(batch);
  deps.meter.emit(batchReadings(batch));
  const { state } = outcome;
  const last = records.at(-1)?.sequenceNumber ?? standing.last;
  if (state !== undefined || last === undefined) return { ...standing, state, last };
  await deps.onStored(last);
  return { state, last, lifeEndsMs: nextEnd(deps) };
};

/** What `work` comes to, tried again while it fails for a reason outside; undefined when it is over before. */
const untilDone = async <Result>(
  { clock, log, shard }: ShardWorkerDeps,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result | undefined> => {
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PipelineError) || !error.isRetryable) throw error;
      log.warn("will be tried again", { shard, code: error.code, reason: error.message });
      await clock.sleep(backoffMs(BACKOFF, Math.min(attempt, 8), Math.random()));
    }
  }
  return undefined;
};
