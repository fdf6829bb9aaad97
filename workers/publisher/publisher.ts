import { once } from "node:events";
import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { BarSink } from "#core/ports/bar-sink.ts";
import type { CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Lease, LeaseStore } from "#core/ports/lease-store.ts";
import type { Log } from "#core/ports/log.ts";
import type { TradeSink } from "#core/ports/trade-sink.ts";
import { shardName } from "#adapters/kafka/shard-reader.ts";
import type { KafkaTopic } from "#adapters/kafka/topic.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import type { RunningWorker } from "../run-worker.ts";
import type { FinalBars } from "./final-bars.ts";
import { finalUntil, type FinalRules, type PartitionStanding } from "./final-until.ts";
import type { RawTrades } from "./raw-trades.ts";
import { readStanding, standingText, type Standing } from "./standing.ts";

export interface PublisherDeps {
  readonly ticks: KafkaTopic;
  readonly checkpoints: Pick<CheckpointStore, "list">;
  readonly leases: LeaseStore;
  readonly finalBars: FinalBars;
  readonly rawTrades: RawTrades;
  readonly barSinks: readonly BarSink[];
  readonly tradeSinks: readonly TradeSink[];
  readonly rules: FinalRules;
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
  if (deps.barSinks.length === 0) return standing;
  const untilMs = finalUntil(await partitionsOf(deps), deps.clock.nowMs(), deps.rules);
  if (untilMs === undefined) return standing;
  const fromMs = standing.publishedUntilMs ?? epochMs(Math.max(0, untilMs - FIRST_MS));
  if (untilMs <= fromMs) return standing;
  const bars = await deps.finalBars.read(fromMs, untilMs);
  for (const sink of deps.barSinks) await sink.publish(bars);
  deps.finalBars.noted(bars, untilMs);
  deps.counted.bars(bars.length);
  deps.log.info("bars published", { bars: bars.length, untilMs });
  return { ...standing, publishedUntilMs: untilMs };
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
