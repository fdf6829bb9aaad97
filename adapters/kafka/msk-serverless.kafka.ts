import { randomUUID } from "node:crypto";
import { Base, kListApis } from "@platformatic/kafka";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { BEYOND_ALL, durationMs } from "#core/units.ts";
import { bringTopic } from "./bring-topic.ts";
import { openKafkaFrameStream } from "./frame-stream.ts";
import { openKafkaShardReader } from "./shard-reader.ts";

const { address } = inject("kafka");

/**
 * The newest version of each request that brokers of MSK Serverless were seen to know: those of Kafka 2.8, which knows no
 * topic but by its name when it is read.
 * Source: https://github.com/segmentio/topicctl/issues/69 (what kafka-broker-api-versions.sh said of a cluster)
 */
const NEWEST: Readonly<Record<string, number>> = {
  Produce: 9,
  Fetch: 12,
  ListOffsets: 6,
  Metadata: 11,
  CreateTopics: 7,
  InitProducerId: 4,
  CreatePartitions: 3,
  IncrementalAlterConfigs: 1,
};

interface Api {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

type Answer = (error: Error | null, apis: readonly Api[]) => void;
type ListApis = (this: unknown, answer: Answer) => void;

const clients = Base.prototype as unknown as Record<typeof kListApis, ListApis>;
const listApis = clients[kListApis];

beforeEach(() => {
  clients[kListApis] = function (answer) {
    listApis.call(this, (error, apis) => {
      const older = (apis ?? []).flatMap((api) => {
        const newest = NEWEST[api.name];
        return newest === undefined ? [] : [{ ...api, maxVersion: Math.min(api.maxVersion, newest) }];
      });
      answer(error, older);
    });
  };
});

afterEach(() => {
  clients[kListApis] = listApis;
});

test("a topic is made, grows, and is written and read by what MSK Serverless knows of Kafka", async () => {
  const options = { brokers: [address], topic: `t-${randomUUID()}` };
  const retentionMs = durationMs(86_400_000);
  await bringTopic({ ...options, partitions: 1, retentionMs });
  await bringTopic({ ...options, partitions: 2, retentionMs });
  await using stream = openKafkaFrameStream({ ...options, partitionOf: () => 1 });
  await using reader = openKafkaShardReader(options);
  const texts = ["one", "two", "three"];
  const places = await stream.put(texts.map((text) => ({ partitionKey: "lane", data: Buffer.from(text) })));
  const shard = await reader.name(`${options.topic}-1`);
  expect(places.map((place) => place?.shard)).toEqual([shard, shard, shard]);
  const batches = await Array.fromAsync(reader.read(shard, { after: undefined, before: BEYOND_ALL }));
  expect(batches.flat().map(({ data }) => Buffer.from(data).toString())).toEqual(texts);
  const later = await Array.fromAsync(reader.read(shard, { after: places[0]!.sequenceNumber, before: BEYOND_ALL }));
  expect(later.flat().map(({ sequenceNumber }) => sequenceNumber)).toEqual(
    places.slice(1).map((p) => p!.sequenceNumber),
  );
});
