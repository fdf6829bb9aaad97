import type { FrameStream, RecordPlace, StreamEntry } from "#core/ports/frame-stream.ts";
import { sequenceNumber } from "#core/units.ts";
import { PartitionWriter } from "./partition-writer.ts";
import { shardName } from "./shard-reader.ts";
import { KafkaTopic, type TopicOptions } from "./topic.ts";
import { untaken } from "./unavailable.ts";

export interface KafkaFrameStreamOptions extends TopicOptions {
  /** Which of `count` partitions takes what has this key. @default by the key's hash */
  readonly partitionOf?: (partitionKey: string, count: number) => number;
}

/** The ticks topic, written by an idempotent producer. */
export const openKafkaFrameStream = (options: KafkaFrameStreamOptions): FrameStream & AsyncDisposable => {
  const { topic, partitionOf = partitionByHash } = options;
  const writer = new PartitionWriter(options);
  const reader = new KafkaTopic(options);
  let known: number | undefined;
  return {
    put: async (entries, shardCount) => {
      if (entries.length === 0) return [];
      const [now, id] = await Promise.all([writer.partitionCount(), reader.id()]);
      // A topic that was made anew may have fewer.
      const count = Math.min(shardCount ?? now, now);
      const places = new Map<StreamEntry, RecordPlace>();
      const partitions = Map.groupBy(entries, ({ partitionKey }) => partitionOf(partitionKey, count));
      const writing = [...partitions].map(async ([partition, mine]) => {
        // The client would write to another one.
        if (partition >= count) return;
        const shard = shardName(topic, partition, id);
        const offsets = await writer.write(partition, mine.map(recordOf));
        for (const [i, offset] of offsets.entries())
          if (offset !== undefined) places.set(mine[i]!, { shard, sequenceNumber: sequenceNumber(offset.toString()) });
      });
      await Promise.all(writing);
      if (places.size === 0) throw untaken(topic, "records", writer.failure);
      return entries.map((entry) => places.get(entry));
    },

    // No partition is ever taken away: while brokers do not answer, what was so is good enough.
    shardCount: async () =>
      (known = await writer.partitionCount().catch((error: unknown) => {
        if (known === undefined) throw error;
        return known;
      })),

    [Symbol.asyncDispose]: async () => {
      await writer[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
    },
  };
};

const recordOf = ({ partitionKey, data }: StreamEntry) => ({
  key: Buffer.from(partitionKey),
  value: Buffer.from(data),
});

/** Which of `count` partitions a key belongs to: its 32-bit FNV-1a, folded. */
export const partitionByHash = (partitionKey: string, count: number): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < partitionKey.length; at++) hash = Math.imul(hash ^ partitionKey.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
};
