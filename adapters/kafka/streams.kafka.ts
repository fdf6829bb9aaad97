import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { frameStreamContract } from "#core/ports/frame-stream.contract.ts";
import { shardReaderContract } from "#core/ports/shard-reader.contract.ts";
import { updateStreamContract } from "#core/ports/update-stream.contract.ts";
import { readUpdateRecord } from "#core/update-record.ts";
import { BEYOND_ALL, durationMs } from "#core/units.ts";
import { openKafkaFrameStream } from "./frame-stream.ts";
import { openKafkaShardReader, shardName } from "./shard-reader.ts";
import { createTopics, KafkaTopic, type TopicOptions } from "./topic.ts";
import { openKafkaUpdateStream } from "./update-stream.ts";

const { address } = inject("kafka");
const NO_PARTITION = 999;

const freshTopic = async (partitions: number): Promise<TopicOptions> => {
  const options = { brokers: [address], topic: `t-${randomUUID()}` };
  await createTopics(options, [{ ...options, partitions, replicas: 1, retentionMs: durationMs(86_400_000) }]);
  return options;
};

/** Every record of a topic, with its place. */
const readTopic = async (options: TopicOptions) => {
  await using topic = new KafkaTopic(options);
  await using reader = openKafkaShardReader(options);
  const [count, id] = [await topic.partitionCount(), await topic.id()];
  const shards = Array.from({ length: count }, (_, partition) => shardName(options.topic, partition, id));
  const read = shards.map(async (shard) => {
    const batches = await Array.fromAsync(reader.read(shard, { after: undefined, before: BEYOND_ALL }));
    return batches.flat().map((record) => ({ shard, ...record }));
  });
  return (await Promise.all(read)).flat();
};

frameStreamContract("kafka", async () => {
  const options = await freshTopic(4);
  const refused = new Set<string>();
  const partitionOf = (key: string, count: number): number =>
    refused.has(key) ? NO_PARTITION : Buffer.from(key).reduce((sum, byte) => sum + byte, 0) % count;
  const stream = openKafkaFrameStream({ ...options, partitionOf });
  return {
    stream,
    refuse: (key) => refused.add(key),
    at: async (place) => {
      const records = await readTopic(options);
      const found = records.find(
        (record) => record.shard === place.shard && record.sequenceNumber === place.sequenceNumber,
      );
      return found && new Uint8Array(found.data);
    },
    records: async () => (await readTopic(options)).map(({ data }) => data),
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
});

shardReaderContract("kafka", { canReshard: false }, async () => {
  const options = await freshTopic(1);
  const reader = openKafkaShardReader(options);
  const stream = openKafkaFrameStream(options);
  const never = (): never => {
    throw new RangeError("a partition is never split");
  };
  return {
    reader,
    openShards: async () => [await reader.name(`${options.topic}-0`)],
    append: async (_, data) => {
      const places = await stream.put(data.map((bytes) => ({ partitionKey: "", data: bytes })));
      return places.map((place) => place!.sequenceNumber);
    },
    split: never,
    merge: never,
    [Symbol.asyncDispose]: async () => {
      await stream[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
    },
  };
});

updateStreamContract("kafka", async () => {
  const options = await freshTopic(2);
  const stream = openKafkaUpdateStream(options);
  return {
    stream,
    received: async () => (await readTopic(options)).flatMap(({ data }) => readUpdateRecord(data)),
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
});
