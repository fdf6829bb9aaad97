import { GroupMember } from "#adapters/kafka/group.ts";
import { shardName, shardRecordOf } from "#adapters/kafka/shard-reader.ts";
import { KafkaTopic, type TopicOptions } from "#adapters/kafka/topic.ts";
import { PipelineError } from "#core/errors.ts";
import type { LifePorts, LifeRules } from "#core/life.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { Meter } from "#core/ports/meter.ts";
import { durationMs, sequenceDigits, type DurationMs, type EpochMs } from "#core/units.ts";
import { FollowedPartitions } from "./followed-partitions.ts";
import { lifeEnd } from "./life-end.ts";
import { Progress } from "./progress.ts";
import { followShard, type ShardFeed } from "./shard-worker.ts";

export interface AggregatorWorkerOptions extends TopicOptions {
  readonly group: string;
  readonly sessionMs: DurationMs;
  /** Panes are stored so often. */
  readonly lifeMs: DurationMs;
  readonly ports: LifePorts;
  readonly rules: LifeRules;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

export interface AggregatorWorker extends AsyncDisposable {
  /** The partitions that are this worker's now. */
  readonly partitions: readonly number[];
  /** By shard, how many records of it were not folded when it was read last. */
  readonly lags: ReadonlyMap<string, number>;
  /** Whether it is in its group, and so knows which partitions are its own, and comes on with each of them. */
  readonly isReady: boolean;
  /** Rejects when an engine refuses what is asked. */
  readonly done: Promise<unknown>;
}

/** A fetch waits so long for a record. */
const FETCH_WAIT = durationMs(500);

/**
 * Folds the partitions of the ticks topic that its group gives it, one life after another each. Disposing stores what is
 * held and leaves the group.
 * @throws PipelineError TAPE_STREAM_UNAVAILABLE
 */
export const openAggregatorWorker = async (options: AggregatorWorkerOptions): Promise<AggregatorWorker> => {
  const topic = new KafkaTopic(options);
  try {
    return await followTopic(options, topic);
  } catch (error) {
    await topic[Symbol.asyncDispose]();
    throw error;
  }
};

const followTopic = async (options: AggregatorWorkerOptions, topic: KafkaTopic): Promise<AggregatorWorker> => {
  const { log } = options;
  const topicId = await topic.id();
  let member: GroupMember | undefined;
  const progress = new Progress(options.clock);
  const lags = new Map<string, number>();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);

  const follow = async (partition: number, signal: AbortSignal): Promise<void> => {
    const shard = shardName(options.topic, partition, topicId);
    const worker = {
      ...options,
      stream: options.topic,
      shard,
      feed: feedOf(topic, partition, (lag) => lags.set(shard, lag)),
      lifeEnd: (nowMs: EpochMs) => lifeEnd(nowMs, options.lifeMs, partition),
      onStored: async (last: Parameters<GroupMember["commit"]>[1]) => {
        // The checkpoint is what counts; the group's offset is for those who watch.
        await member?.commit(partition, last).catch((error: unknown) => {
          if (error instanceof PipelineError && !error.isRetryable) failure.reject(error);
          log.warn("offset not told", { shard, error });
        });
      },
      onStep: () => progress.step(partition),
    };
    log.info("partition taken", { shard });
    await followShard(worker, signal).catch(failure.reject);
    progress.end(partition);
    lags.delete(shard);
    log.info("partition left", { shard });
  };
  const followed = new FollowedPartitions(follow);

  const share = (partitions: readonly number[], generation: number): void => {
    log.info("partitions shared out", { generation, partitions });
    for (const partition of partitions) progress.step(partition);
    followed.share(partitions);
  };

  member = await GroupMember.join({ ...options, onAssigned: share, onRefused: failure.reject });
  return {
    get partitions() {
      return followed.partitions;
    },
    lags,
    get isReady() {
      return member.isActive && progress.isMade;
    },
    done: failure.promise,
    [Symbol.asyncDispose]: async () => {
      try {
        await followed[Symbol.asyncDispose]();
      } finally {
        await member[Symbol.asyncDispose]();
        await topic[Symbol.asyncDispose]();
      }
    },
  };
};

/** A partition's records, and how many are behind them; of those that expired before they could be read, the next life notes a gap. */
const feedOf = (topic: KafkaTopic, partition: number, tellLag: (records: number) => void): ShardFeed => {
  let offset: bigint | undefined;
  return {
    next: async (after) => {
      const wanted = after === undefined ? 0n : BigInt(sequenceDigits(after)) + 1n;
      // What lies between the last record and the next fetch are no records: marks of transactions.
      if (offset === undefined || offset < wanted) offset = wanted;
      const start = await topic.start(partition);
      if (offset < start) offset = start;
      const { records, next, end } = await topic.fetch(partition, offset, FETCH_WAIT);
      tellLag(Number(end - offset));
      if (records.length === 0) offset = next;
      return records.map(shardRecordOf);
    },
  };
};
