import type { Bar } from "#core/bar.ts";
import type { BarSink } from "#core/ports/bar-sink.ts";
import { partitionByHash } from "./frame-stream.ts";
import { PartitionWriter } from "./partition-writer.ts";
import type { TopicOptions } from "./topic.ts";
import { untaken } from "./unavailable.ts";

export interface KafkaBarSinkOptions extends TopicOptions {
  /** What a bar's record says. */
  readonly text: (bar: Bar) => string;
}

/** A topic of final bars, one record each, its key the symbol: a symbol's bars stay in order. */
export const openKafkaBarSink = (options: KafkaBarSinkOptions): BarSink & AsyncDisposable => {
  const writer = new PartitionWriter(options);
  return {
    publish: async (bars) => {
      if (bars.length === 0) return;
      const count = await writer.partitionCount();
      const partitions = Map.groupBy(bars, ({ symbol }) => partitionByHash(symbol, count));
      const writing = [...partitions].map(async ([partition, mine]) => {
        const entries = mine.map((bar) => ({ key: Buffer.from(bar.symbol), value: Buffer.from(options.text(bar)) }));
        const offsets = await writer.write(partition, entries);
        if (offsets.includes(undefined)) throw untaken(options.topic, "bars", writer.failure);
      });
      await Promise.all(writing);
    },

    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
};
