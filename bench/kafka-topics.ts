import { randomUUID } from "node:crypto";
import { openKafkaFrameStream, partitionByHash } from "#adapters/kafka/frame-stream.ts";
import { PartitionWriter } from "#adapters/kafka/partition-writer.ts";
import { createTopics, type KafkaOptions } from "#adapters/kafka/topic.ts";
import type { CutFrame } from "#core/frame/framer.ts";
import type { Trade } from "#core/trade.ts";
import { durationMs } from "#core/units.ts";
import { plainTradeJson } from "./plain-handler.ts";

/** As many as the app makes by default. */
export const PARTITIONS = 4;
const RETENTION_MS = durationMs(86_400_000);
/** Frames that are offered at once. */
const CHUNK = 1_000;

/** A topic of its own name, empty. */
export const freshTopic = async (kafka: KafkaOptions): Promise<string> => {
  const topic = `bench-${randomUUID()}`;
  await createTopics(kafka, [{ topic, partitions: PARTITIONS, replicas: 1, retentionMs: RETENTION_MS }]);
  return topic;
};

/** @throws RangeError when the topic does not take all of them. */
export const putFrames = async (kafka: KafkaOptions, topic: string, frames: readonly CutFrame[]): Promise<void> => {
  await using stream = openKafkaFrameStream({ ...kafka, topic });
  for (let from = 0; from < frames.length; from += CHUNK)
    mustBeTaken(await stream.put(frames.slice(from, from + CHUNK)));
};

/** One JSON trade a record, its key the symbol. @throws RangeError when the topic does not take all of them. */
export const putPlainTrades = async (kafka: KafkaOptions, topic: string, trades: readonly Trade[]): Promise<void> => {
  await using writer = new PartitionWriter({ ...kafka, topic });
  const partitions = Map.groupBy(trades, ({ symbol }) => partitionByHash(symbol, PARTITIONS));
  for (const [partition, mine] of partitions) {
    const entries = mine.map((trade) => ({
      key: Buffer.from(trade.symbol),
      value: Buffer.from(plainTradeJson(trade)),
    }));
    mustBeTaken(await writer.write(partition, entries));
  }
};

/** @throws RangeError when one has no place in the stream. */
export const mustBeTaken = (places: readonly unknown[]): void => {
  if (places.includes(undefined)) throw new RangeError("the topic must take all records, left some");
};
