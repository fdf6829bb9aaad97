import { durationMs } from "../units.ts";
import { FULLEST, INVOCATION_WAIT_MS } from "./assumed.ts";
import { foldLoadOf, type FoldLoad } from "./fold-load.ts";
import { frameLoadOf, type FramePlan } from "./frames.ts";
import { ENVELOPE_BYTES, PAYLOAD_BYTES, vcpuOf, WHOLE_VCPU_MIB, type FunctionPlan } from "./lambda.ts";
import type { PlanLoad } from "./load.ts";
import { shardLimit, shardsOf, streamLimits, type ShardLimit } from "./shards.ts";
import { stateSizeOf, type StateLoad, type StateSize } from "./state-size.ts";

/** The ticks stream and the function that folds it. */
export interface TicksPlan {
  readonly frames: FramePlan;
  readonly fold: FoldLoad;
  readonly limits: readonly ShardLimit[];
  readonly shards: number;
  readonly aggregator: FunctionPlan;
  /** What one aggregator would fold of such trades, so full as a shard is planned: the rate scaled, the symbols as they are. */
  readonly foldedPerShard: number;
  /** Of one shard; undefined without an arrival window. */
  readonly state: StateSize | undefined;
}

/** The ticks stream that a load needs, and its aggregators, of the memory that it calls for or of the one given. */
export const ticksPlanOf = (load: PlanLoad, givenMemoryMiB?: number): TicksPlan => {
  const frames = frameLoadOf(load);
  const fold = foldLoadOf(load);
  const memoryMiB = givenMemoryMiB ?? aggregatorMemoryOf(fold.cpuSeconds);
  const folding = foldLimit(fold, memoryMiB, FULLEST);
  const limits = [
    ...streamLimits(frames.bytesPerSecond, frames.framesPerSecond, FULLEST),
    folding,
    ...stateLimits(load),
  ];
  const shards = shardsOf(limits);
  const records = { perSecond: frames.framesPerSecond, bytesPerSecond: frames.bytesPerSecond };
  return {
    frames,
    fold,
    limits,
    shards,
    aggregator: aggregatorOf(fold, records, shards, memoryMiB),
    foldedPerShard: (load.tradesPerSecond * folding.perShard * folding.fullest) / folding.load,
    state: load.arrivalWindowSeconds === 0 ? undefined : stateSizeOf(stateLoadOf(load, shards)),
  };
};

/** From so much CPU on, all shards together, an aggregator gets a whole vCPU: it then ends sooner for about the same money. */
const SMALL_CPU_SECONDS = 0.25;
const SMALL_MIB = 1_024;

/** The memory for aggregators that take so many CPU seconds per second, all shards together. */
export const aggregatorMemoryOf = (cpuSeconds: number): number =>
  cpuSeconds < SMALL_CPU_SECONDS ? SMALL_MIB : WHOLE_VCPU_MIB;

/**
 * One invocation at a time reads a shard: Lambda takes no other parallelisation factor under a tumbling window. What is
 * left of a second once it has waited for its requests is what a shard can be folded in.
 */
export const foldLimit = (fold: FoldLoad, memoryMiB: number, fullest: number): ShardLimit =>
  shardLimit({
    name: "one aggregator",
    unit: "busy s/s",
    load: fold.cpuSeconds / vcpuOf(memoryMiB),
    perShard: 1 - Math.min(0.5, fixedInvocations(fold) * (INVOCATION_WAIT_MS / 1_000)),
    fullest,
  });

/** Invocations of one shard per second that come whatever the load: one a step, and a window's last. */
const fixedInvocations = ({ stepSeconds, lifeSeconds }: FoldLoad): number => 1 / stepSeconds + 1 / lifeSeconds;

/** The function that folds `records`, with one invocation under way a shard. */
export const aggregatorOf = (
  fold: FoldLoad,
  records: { readonly perSecond: number; readonly bytesPerSecond: number },
  shards: number,
  memoryMiB: number,
): FunctionPlan => {
  const payload = (records.bytesPerSecond * 4) / 3 + records.perSecond * ENVELOPE_BYTES;
  const byTime = Math.min(shards / fold.stepSeconds, records.perSecond);
  const invocationsPerSecond =
    Math.max(byTime, payload / PAYLOAD_BYTES) + Math.min(shards, records.perSecond) / fold.lifeSeconds;
  const busySeconds = fold.cpuSeconds / vcpuOf(memoryMiB) + (invocationsPerSecond * INVOCATION_WAIT_MS) / 1_000;
  return { memoryMiB, concurrency: shards, invocationsPerSecond, busySeconds };
};

const stateLimits = (load: PlanLoad): readonly ShardLimit[] => {
  if (load.arrivalWindowSeconds === 0) return [];
  const perShard = mostSymbolsOf(load);
  return [shardLimit({ name: "state", unit: "symbols", load: load.symbolCount, perShard, fullest: 1 })];
};

/** The most symbols whose state fits one shard, at least 1. */
const mostSymbolsOf = (load: PlanLoad): number => {
  const fits = (symbolCount: number): boolean => stateSizeOf({ ...stateLoadOf(load, 1), symbolCount }).isWithinLimit;
  let [most, tooMany] = [1, 2];
  while (fits(tooMany)) [most, tooMany] = [tooMany, tooMany * 2];
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2);
    if (fits(middle)) most = middle;
    else tooMany = middle;
  }
  return most;
};

const stateLoadOf = (load: PlanLoad, shardCount: number): StateLoad => ({
  symbolCount: load.symbolCount,
  shardCount,
  intervalsMs: load.intervals.map(({ intervalMs }) => intervalMs),
  arrivalWindowMs: durationMs(load.arrivalWindowSeconds * 1_000),
  maxOutOfOrdernessMs: load.maxOutOfOrdernessMs,
});
