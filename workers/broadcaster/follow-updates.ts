import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import { KafkaTopic, type TopicOptions } from "#adapters/kafka/topic.ts";
import { watchPartitions } from "#adapters/kafka/watch-partitions.ts";
import { durationMs } from "#core/units.ts";
import type { UpdatesEvent } from "#lambdas/ws-broadcast/events.ts";
import { Progress } from "../progress.ts";

export interface UpdatesFollower extends AsyncDisposable {
  /** Whether every partition has answered lately. */
  readonly isReady: boolean;
  /** Rejects when the broker refuses what is asked. */
  readonly done: Promise<unknown>;
}

export interface FollowOptions extends TopicOptions {
  /** Told of records as they come, a partition's in order and one batch after the other. */
  readonly tell: (event: UpdatesEvent) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

const FIRST = 0n;
/** A fetch waits so long for a record. */
const FETCH_WAIT = durationMs(500);
const BACKOFF: Backoff = { firstMs: durationMs(100), longestMs: durationMs(2_000) };
const LONGEST_BACKOFF = 6;

/**
 * Tells of all that is written to the bars topic from now on, in no group: each process has sockets of its own, and so
 * each needs all. What came while the topic could not be read for long is passed over: snapshots have it. A partition
 * that the topic is given later is followed from its first record.
 * @throws PipelineError TAPE_STREAM_UNAVAILABLE
 */
export const followUpdates = async (options: FollowOptions): Promise<UpdatesFollower> => {
  const stop = new AbortController();
  const topic = new KafkaTopic(options);
  const ends = await endsOf(topic).catch(async (error: unknown) => {
    await topic[Symbol.asyncDispose]();
    throw error;
  });
  const progress = new Progress(options.clock);
  const refusal = Promise.withResolvers<never>();
  refusal.promise.catch(() => undefined);
  const following: Promise<void>[] = [];
  const begin = (from: bigint): void => {
    const partition = following.length;
    following.push(follow(options, topic, partition, from, progress, stop.signal).catch(refusal.reject));
  };
  ends.forEach(begin);
  const watching = watchPartitions(
    ends.length,
    () => topic.partitionCount(),
    (count) => {
      while (following.length < count) begin(FIRST);
    },
  );
  return {
    get isReady() {
      return progress.isMade;
    },
    done: refusal.promise,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await watching[Symbol.asyncDispose]();
      await Promise.all(following);
      await topic[Symbol.asyncDispose]();
    },
  };
};

/** Of each partition the offset that its next record will have. */
const endsOf = async (topic: KafkaTopic): Promise<readonly bigint[]> => {
  const partitions = Array.from({ length: await topic.partitionCount() }, (_, partition) => partition);
  return Promise.all(partitions.map((partition) => topic.end(partition)));
};

const follow = async (
  options: FollowOptions,
  topic: KafkaTopic,
  partition: number,
  end: bigint,
  progress: Progress,
  stop: AbortSignal,
): Promise<void> => {
  const { tell, clock, log } = options;
  let offset = end;
  let failures = 0;
  progress.step(partition);
  while (!stop.aborted) {
    try {
      if (failures > 0) offset = maxOf(offset, await topic.start(partition));
      const { records, next } = await topic.fetch(partition, offset, FETCH_WAIT);
      if (records.length > 0) await tell(eventOf(partition, records));
      offset = next;
      failures = 0;
      progress.step(partition);
    } catch (error) {
      if (!(error instanceof PipelineError) || !error.isRetryable) throw error;
      log.warn("updates will be asked for again", { partition, code: error.code, reason: error.message });
      await clock.sleep(backoffMs(BACKOFF, Math.min(++failures, LONGEST_BACKOFF), Math.random()));
    }
  }
};

const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** The records as the broadcaster takes them on AWS. */
const eventOf = (partition: number, records: Awaited<ReturnType<KafkaTopic["fetch"]>>["records"]): UpdatesEvent => ({
  Records: records.map(({ offset, value }) => ({
    eventID: `${partition}:${offset}`,
    kinesis: { data: value.toString("base64") },
  })),
});
