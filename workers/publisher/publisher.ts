import { once } from "node:events";
import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Lease, LeaseStore } from "#core/ports/lease-store.ts";
import type { Log } from "#core/ports/log.ts";
import type { TradeSink } from "#core/ports/trade-sink.ts";
import { shardName } from "#adapters/kafka/shard-reader.ts";
import type { KafkaTopic } from "#adapters/kafka/topic.ts";
import { windowStart } from "#core/interval.ts";
import { durationMs, epochMs, sequenceNumber, type EpochMs } from "#core/units.ts";
import type { RunningWorker } from "../run-worker.ts";
import { finalUntil, type FinalRules, type PartitionStanding } from "./final-until.ts";
import type { Publication } from "./publications.ts";
import type { RawTrades } from "./raw-trades.ts";
import { BARS, readStanding, standingText, type Standing } from "./standing.ts";

export interface PublisherDeps {
  readonly ticks: Pick<KafkaTopic, "topic" | "id" | "partitionCount" | "end">;
  readonly checkpoints: Pick<CheckpointStore, "list">;
  readonly leases: LeaseStore;
  readonly publications: readonly Publication[];
  readonly rawTrades: Pick<RawTrades, "take">;
  readonly tradeSinks: readonly TradeSink[];
  readonly rules: Omit<FinalRules, "window">;
  /** A fresh random text each time. */
  readonly freshId: () => string;
  readonly clock: Clock;
  readonly log: Log;
  /** Told how many were handed over. */
  readonly counted: { readonly bars: (by: number) => void; readonly trades: (by: number) => void };
}

const LEASE = "publisher";
const LEASE_MS = 30_000;
const STEP_MS = durationMs(1_000);
/** The first publisher ever begins so long before what is final then. */
const FIRST_MS = 86_400_000;
/** The bars of so many steps are handed over at once, at most. */
const STEPS_AT_ONCE = 720;
const BACKOFF: Backoff = { firstMs: STEP_MS, longestMs: durationMs(10_000) };
const LONGEST_BACKOFF = 5;

/**
 * Hands final bars and raw trades to those who read them elsewhere. Of several processes one works, the others stand by.
 * Where it stands is saved behind what was handed over, so that after a crash some come again and none is left out.
 */
export const openPublisher = (deps: PublisherDeps): RunningWorker => {
  const stop = new AbortController();
  const health = { isReady: true };
  const done = work(deps, stop.signal, health);
  return {
    get isReady() {
      return health.isReady;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await done;
    },
  };
};

const work = async (deps: PublisherDeps, stop: AbortSignal, health: { isReady: boolean }): Promise<void> => {
  const { clock, log, leases } = deps;
  const holder = deps.freshId();
  const stopped = once(stop, "abort");
  let held: { readonly lease: Lease; readonly standing: Standing } | undefined;
  let failures = 0;
  while (!stop.aborted) {
    try {
      const before = held?.standing;
      held = await step(deps, holder, before);
      health.isReady = true;
      failures = 0;
      // Where something was handed over there may be more.
      if (held === undefined || held.standing === before) await Promise.race([clock.sleep(STEP_MS), stopped]);
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      // What was handed over and not saved comes again.
      held = undefined;
      health.isReady = false;
      log.warn("will be tried again", { code: error.code, reason: error.message });
      const pauseMs = backoffMs(BACKOFF, Math.min(++failures, LONGEST_BACKOFF), Math.random());
      await Promise.race([clock.sleep(pauseMs), stopped]);
    }
  }
  if (held !== undefined) await leases.release(held.lease, clock.nowMs());
};

/** One round, if the lease is this process's. */
const step = async (deps: PublisherDeps, holder: string, known: Standing | undefined) => {
  const nowMs = deps.clock.nowMs();
  const lease = await deps.leases.acquire({ name: LEASE, holder, nowMs, untilMs: epochMs(nowMs + LEASE_MS) });
  if (lease === undefined) return undefined;
  const before = known ?? readStanding(lease.state);
  const standing = await publishTrades(deps, await publishBars(deps, before));
  if (standing !== before) await deps.leases.save(lease, standingText(standing));
  return { lease, standing };
};

const publishBars = async (deps: PublisherDeps, standing: Standing): Promise<Standing> => {
  if (deps.publications.length === 0) return standing;
  const partitions = await partitionsOf(deps);
  let after = standing;
  for (const publication of deps.publications) {
    const untilMs = await publish(deps, publication, partitions, standing.publishedUntilMs.get(publication.name));
    if (untilMs === undefined) continue;
    after = { ...after, publishedUntilMs: new Map([...after.publishedUntilMs, [publication.name, untilMs]]) };
  }
  return after;
};

/** Until when the bars are handed over now, undefined where there was nothing to hand over. */
const publish = async (
  { rules, clock, counted, log }: PublisherDeps,
  { name, window, bars: finalBars, sinks }: Publication,
  partitions: readonly PartitionStanding[],
  publishedMs: EpochMs | undefined,
): Promise<EpochMs | undefined> => {
  const finalMs = finalUntil(partitions, clock.nowMs(), { ...rules, window });
  if (finalMs === undefined) return undefined;
  const fromMs = publishedMs ?? epochMs(Math.max(0, finalMs - FIRST_MS));
  if (finalMs <= fromMs && !finalBars.isDue) return undefined;
  const atOnceMs = windowStart(fromMs, window.stepMs) + STEPS_AT_ONCE * window.stepMs;
  const untilMs = epochMs(Math.max(fromMs, Math.min(finalMs, atOnceMs)));
  const bars = await finalBars.read(fromMs, untilMs);
  for (const sink of sinks) await sink.publish(bars);
  finalBars.noted(bars, untilMs);
  counted.bars(bars.length);
  // Sliding ones are too many to tell of.
  if (name === BARS && bars.length > 0) log.info("bars published", { bars: bars.length, untilMs });
  return untilMs > fromMs ? untilMs : undefined;
};

const partitionsOf = async ({ ticks, checkpoints }: PublisherDeps): Promise<readonly PartitionStanding[]> => {
  const [count, id] = [await ticks.partitionCount(), await ticks.id()];
  const partitions = Array.from({ length: count }, (_, partition) => partition);
  const ends = await Promise.all(partitions.map((partition) => ticks.end(partition)));
  const known = new Map((await checkpoints.list(ticks.topic)).map((checkpoint) => [checkpoint.shard, checkpoint]));
  return partitions.map((partition) => ({
    lastRecord: ends[partition] === 0n ? undefined : sequenceNumber((ends[partition]! - 1n).toString()),
    checkpoint: known.get(shardName(ticks.topic, partition, id)),
  }));
};

const publishTrades = async (deps: PublisherDeps, standing: Standing): Promise<Standing> => {
  if (deps.tradeSinks.length === 0) return standing;
  const { trades, offsets } = await deps.rawTrades.take(standing.offsets);
  const hasMoved = [...offsets].some(([shard, offset]) => standing.offsets.get(shard) !== offset);
  for (const sink of deps.tradeSinks) await sink.put(trades);
  deps.counted.trades(trades.length);
  return hasMoved ? { ...standing, offsets } : standing;
};
