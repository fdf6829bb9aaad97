import { randomUUID } from "node:crypto";
import { Admin, ConfigResourceTypes } from "@platformatic/kafka";
import { expect, inject, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { bringTopic } from "./bring-topic.ts";
import { clientOptions } from "./topic.ts";

const { address } = inject("kafka");

const settingsOf = async (topic: string): Promise<readonly [number | undefined, ...(string | undefined)[]]> => {
  const admin = new Admin(clientOptions({ brokers: [address] }));
  const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
  const resources = [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }];
  const [described] = await admin.describeConfigs({ resources });
  await admin.close();
  const valueOf = (name: string): string | undefined =>
    described?.configs.find((config) => config.name === name)?.value ?? undefined;
  return [topics.get(topic)?.partitionsCount, valueOf("retention.ms"), valueOf("message.timestamp.type")];
};

test("a topic is made, gets more partitions and another retention, and loses no partition", async () => {
  const topic = `t-${randomUUID()}`;
  const bring = (partitions: number, hours: number): Promise<void> =>
    bringTopic({ brokers: [address], topic, partitions, retentionMs: durationMs(hours * 3_600_000) });
  await bring(2, 24);
  expect(await settingsOf(topic)).toEqual([2, "86400000", "LogAppendTime"]);
  await bring(5, 48);
  await bring(5, 48);
  expect(await settingsOf(topic)).toEqual([5, "172800000", "LogAppendTime"]);
  await bring(3, 24);
  expect(await settingsOf(topic)).toEqual([5, "86400000", "LogAppendTime"]);
});
