import { PipelineError } from "#core/errors.ts";
import type { ShardReader, ShardRecord, ShardSpan } from "#core/ports/shard-reader.ts";
import { durationMs, sequenceDigits, type SequenceNumber } from "#core/units.ts";
import type { TopicRecord } from "./fetched-records.ts";
import { KafkaTopic, type TopicOptions } from "./topic.ts";

/** A span ends where there is no more: nothing is waited for. */
const NO_WAIT = durationMs(1);

/** `ticks-3@hR1sX0pQTo2`: topic, partition, and the topic's own id, which no later topic of that name has. */
export const shardName = (topic: string, partition: number, topicId: string): string =>
  `${topic}-${partition}@${topicId}`;

/** The partition that {@link shardName} names. @throws PipelineError TAPE_STREAM_UNAVAILABLE when it names none */
export const partitionOf = (shard: string): number => {
  const digits = /-(\d+)@[^@]*$/.exec(shard)?.[1];
  if (digits === undefined)
    throw new PipelineError("TAPE_STREAM_UNAVAILABLE", `a shard must name its partition, was ${shard}`);
  return Number(digits);
};

/** The ticks topic, read by the partition. A partition is a shard that is never split. */
export const openKafkaShardReader = (options: TopicOptions): ShardReader & AsyncDisposable => {
  const topic = new KafkaTopic(options);
  return {
    name: async (shardId) => `${shardId}@${await topic.id()}`,

    parents: async () => [],

    read: async function* (shard: string, { after, before }: ShardSpan) {
      const partition = partitionOf(shard);
      if (areNeighbours(after, before)) return;
      const start = await topic.start(partition);
      const wanted = after === undefined ? start : BigInt(sequenceDigits(after)) + 1n;
      let offset = wanted > start ? wanted : start;
      for (;;) {
        const { records, next, end } = await topic.fetch(partition, offset, NO_WAIT);
        const inside = records.filter(({ position }) => position < before).map(shardRecordOf);
        if (inside.length > 0) yield inside;
        if (inside.length < records.length || next >= end) return;
        offset = next;
      }
    },

    [Symbol.asyncDispose]: () => topic[Symbol.asyncDispose](),
  };
};

/** Whether no offset lies between the two: so it is as a rule where a batch follows another. */
const areNeighbours = (after: SequenceNumber | undefined, before: SequenceNumber): boolean =>
  after !== undefined && BigInt(sequenceDigits(before)) - BigInt(sequenceDigits(after)) <= 1n;

export const shardRecordOf = ({ position, timeMs, value }: TopicRecord): ShardRecord => ({
  sequenceNumber: position,
  arrivalTimeMs: timeMs,
  data: value,
});
