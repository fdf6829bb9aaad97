import { once } from "node:events";
import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { Lease, LeaseStore } from "#core/ports/lease-store.ts";
import { shardName } from "#adapters/kafka/shard-reader.ts";
import type { KafkaTopic } from "#adapters/kafka/topic.ts";
import { durationMs, epochMs } from "#core/units.ts";
import type { RunningWorker } from "../run-worker.ts";
import { isBusy, type PartitionStanding } from "./final-until.ts";
import { lastOffset, LastRecords, type LastRecordsTopic } from "./last-records.ts";
import { handBars, handTrades, Outlet, type PlaceDeps, type TradePlace } from "./places.ts";
import type { Publication } from "./publications.ts";
import { readStanding, standingText, type Standing } from "./standing.ts";

export interface PublisherDeps extends PlaceDeps {
  readonly ticks: Pick<KafkaTopic, "topic" | "partitionCount" | "id" | "end"> & LastRecordsTopic;
  readonly checkpoints: Pick<CheckpointStore, "list">;
  readonly leases: LeaseStore;
  readonly publications: readonly Publication[];
  readonly tradePlaces: readonly TradePlace[];
  /** A fresh random text each time. */
  readonly freshId: () => string;
}

const LEASE = "publisher";
const LEASE_MS = 30_000;
const STEP_MS = durationMs(1_000);
const BACKOFF: Backoff = { firstMs: STEP_MS, longestMs: durationMs(10_000) };
const LONGEST_BACKOFF = 5;

/**
 * Hands final bars and raw trades to those who read them elsewhere. Of several processes one works, the others stand by.
 * Where each place stands is saved behind what it was handed, so that after a crash some come again and none is left out;
 * a place that takes nothing keeps none from the others.
 */
export const openPublisher = (deps: PublisherDeps): RunningWorker => {
  const stop = new AbortController();
  const health: Health = { isReady: true, isAtWork: false };
  const outlets = [
    ...deps.publications.map((one) => new Outlet(one.name, handBars(deps, one), deps)),
    ...deps.tradePlaces.map((place) => new Outlet(place.name, handTrades(deps, place), deps)),
  ];
  const done = work(deps, outlets, stop.signal, health);
  return {
    get isReady() {
      return health.isReady && !(health.isAtWork && outlets.some(({ isFailing }) => isFailing));
    },
    done,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await done;
    },
  };
};

interface Health {
  isReady: boolean;
  /** Whether the lease is this process's; one that stands by does not know how places are. */
  isAtWork: boolean;
}

/** The lease, and what this process saved in it last. */
interface Held {
  readonly lease: Lease;
  readonly standing: Standing;
  readonly state: string | undefined;
}

const work = async (
  deps: PublisherDeps,
  outlets: readonly Outlet[],
  stop: AbortSignal,
  health: Health,
): Promise<void> => {
  const { clock, log } = deps;
  const holder = deps.freshId();
  const stopped = once(stop, "abort");
  const lastRecords = new LastRecords(deps.ticks);
  let held: Held | undefined;
  let failures = 0;
  while (!stop.aborted) {
    try {
      const before: Held | undefined = held;
      held = await step({ ...deps, lastRecords }, outlets, holder, before);
      health.isReady = true;
      health.isAtWork = held !== undefined;
      failures = 0;
      // Where something was handed over there may be more.
      if (held === undefined || held.standing === before?.standing) await Promise.race([clock.sleep(STEP_MS), stopped]);
    } catch (error) {
      if (!(error instanceof PipelineError) || !(error.isRetryable || error.code === "TAPE_LEASE_LOST")) throw error;
      // What was handed over and not saved comes again.
      held = undefined;
      health.isReady = false;
      log.warn("will be tried again", { code: error.code, reason: error.message });
      const pauseMs = backoffMs(BACKOFF, Math.min(++failures, LONGEST_BACKOFF), Math.random());
      await Promise.race([clock.sleep(pauseMs), stopped]);
    }
  }
  if (held !== undefined) await release(deps, held.lease);
};

/** Lets others go on at once; where it cannot be said, they go on when the lease is over. */
const release = async ({ leases, clock, log }: PublisherDeps, lease: Lease): Promise<void> => {
  try {
    await leases.release(lease, clock.nowMs());
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    log.warn("left its lease to end by itself", { code: error.code, reason: error.message });
  }
};

/** One round, if the lease is this process's. */
const step = async (
  deps: PublisherDeps & { readonly lastRecords: LastRecords },
  outlets: readonly Outlet[],
  holder: string,
  known: Held | undefined,
): Promise<Held | undefined> => {
  const nowMs = deps.clock.nowMs();
  const lease = await deps.leases.acquire({ name: LEASE, holder, nowMs, untilMs: epochMs(nowMs + LEASE_MS) });
  if (lease === undefined) return undefined;
  // Another may have had the lease since, and given it back.
  const before = known !== undefined && known.state === lease.state ? known.standing : readStanding(lease.state);
  const partitions = deps.publications.length === 0 ? [] : await partitionsOf(deps);
  let [standing, state] = [before, lease.state];
  let saving = Promise.resolve();
  const handing = outlets.map(async (outlet) => {
    const taken = await outlet.handOver({ standing: before, partitions });
    if (taken === undefined) return;
    standing = taken(standing);
    const text = (state = standingText(standing));
    // Nobody's is saved over a later one.
    await (saving = saving.then(() => deps.leases.save(lease, text)));
  });
  const failed = (await Promise.allSettled(handing)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return { lease, standing, state };
};

const partitionsOf = async ({
  ticks,
  checkpoints,
  clock,
  rules,
  lastRecords,
}: PublisherDeps & { readonly lastRecords: LastRecords }): Promise<readonly PartitionStanding[]> => {
  const [count, id] = [await ticks.partitionCount(), await ticks.id()];
  const partitions = Array.from({ length: count }, (_, partition) => partition);
  const ends = await Promise.all(partitions.map((partition) => ticks.end(partition)));
  const known = new Map((await checkpoints.list(ticks.topic)).map((checkpoint) => [checkpoint.shard, checkpoint]));
  const standingOf = async (partition: number): Promise<PartitionStanding> => {
    const [end, checkpoint] = [ends[partition]!, known.get(shardName(ticks.topic, partition, id))];
    // Of a busy one it does not matter whether there is more: it holds its windows open anyway.
    if (isBusy({ checkpoint }, clock.nowMs(), rules.idleMs)) return { lastRecord: lastOffset(end), checkpoint };
    return { lastRecord: await lastRecords.of(partition, end, checkpoint?.last), checkpoint };
  };
  return Promise.all(partitions.map(standingOf));
};
