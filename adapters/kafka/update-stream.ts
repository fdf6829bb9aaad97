import type { UpdateStream } from "#core/ports/update-stream.ts";
import { PartitionWriter } from "./partition-writer.ts";
import type { TopicOptions } from "./topic.ts";
import { untaken } from "./unavailable.ts";

const NO_KEY = Buffer.alloc(0);

/** The bars topic: records go to its partitions by turns. */
export const openKafkaUpdateStream = (options: TopicOptions): UpdateStream & AsyncDisposable => {
  const writer = new PartitionWriter(options);
  let turn = 0;
  return {
    publish: async (records) => {
      if (records.length === 0) return;
      const partition = turn++ % (await writer.partitionCount());
      const entries = records.map((record) => ({ key: NO_KEY, value: Buffer.from(record) }));
      const offsets = await writer.write(partition, entries);
      if (offsets.includes(undefined)) throw untaken(options.topic, "updates", writer.failure);
    },

    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
};
