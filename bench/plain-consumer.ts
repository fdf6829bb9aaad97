import { randomUUID } from "node:crypto";
import { Consumer } from "@platformatic/kafka";
import { clientOptions, type TopicOptions } from "#adapters/kafka/topic.ts";
import { addPlainTrade, type PlainBar, type PlainTrade } from "./plain-handler.ts";

/**
 * The consumer that everybody writes first: one JSON trade a record, bars in a map by text, sums in floats. It neither
 * tells anybody of its bars nor stores them. Ends when it has folded so many trades.
 */
export const consumePlainly = async (
  options: TopicOptions,
  tradeCount: number,
  intervalsMs: readonly number[],
): Promise<ReadonlyMap<string, PlainBar>> => {
  const bars = new Map<string, PlainBar>();
  const consumer = new Consumer({ ...clientOptions(options), groupId: `plain-${randomUUID()}` });
  try {
    const messages = await consumer.consume({ topics: [options.topic], mode: "earliest", autocommit: true });
    let count = 0;
    for await (const { value } of messages) {
      const trade = JSON.parse(value.toString()) as PlainTrade;
      for (const intervalMs of intervalsMs) addPlainTrade(bars, trade, intervalMs);
      if (++count === tradeCount) break;
    }
  } finally {
    await consumer.close(true);
  }
  return bars;
};
