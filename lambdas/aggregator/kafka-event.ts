import { concurrently } from "#core/concurrently.ts";
import { PipelineError } from "#core/errors.ts";
import type { AggregatorEvent } from "./kinesis-event.ts";

/**
 * What Lambda hands over of a topic: records of one or several partitions, each partition's in order.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html#msk-sample-event
 */
export interface KafkaEvent {
  /** By `topic-partition`. */
  readonly records?: Readonly<Record<string, readonly KafkaRecord[]>>;
}

interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970: when the broker took it, as the topic says. */
  readonly timestamp: number;
  /** Base64. Absent from a record without a value. */
  readonly value?: string | null;
}

/** Lives that are under way at once. */
const PARTITIONS_AT_ONCE = 4;

/**
 * Hands an event over partition by partition, each as an event of one shard without a window: a life a partition. Lambda goes
 * on when all have been folded. When one fails, the others are done first, and Lambda delivers all of it again: those that
 * were folded change nothing.
 *
 *     event    ticks-0: 15 16    ticks-3: 7
 *     lives    begin fold store  begin fold fails       both come again: nothing new, then 7
 *
 * @throws PipelineError TAPE_EVENT_INVALID when the event is of no topic.
 */
export const byPartition =
  (aggregate: (event: AggregatorEvent) => Promise<unknown>): ((event: KafkaEvent) => Promise<void>) =>
  async ({ records }) => {
    if (records === undefined)
      throw new PipelineError(
        "TAPE_EVENT_INVALID",
        "an event must hold the records of partitions, held none: is this a Kafka event source mapping?",
      );
    const events = Object.values(records).filter((ofPartition) => ofPartition.length > 0);
    await concurrently(
      events,
      PARTITIONS_AT_ONCE,
      async (ofPartition) => {
        await aggregate(shardEventOf(ofPartition));
      },
      { isEachTried: true },
    );
  };

/** The records of one partition as if a shard's. */
const shardEventOf = (records: readonly KafkaRecord[]): AggregatorEvent => {
  const { topic, partition } = records[0]!;
  const shardId = `${topic}-${partition}`;
  return {
    shardId,
    Records: records.map(({ offset, timestamp, value }) => ({
      eventID: `${shardId}:${offset}`,
      kinesis: {
        sequenceNumber: String(offset),
        data: value ?? "",
        approximateArrivalTimestamp: timestamp / MS_PER_SECOND,
      },
    })),
  };
};

const MS_PER_SECOND = 1_000;
