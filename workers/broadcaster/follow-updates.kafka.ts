import { randomUUID } from "node:crypto";
import { Admin } from "@platformatic/kafka";
import { describe, expect, inject, test } from "vitest";
import { PartitionWriter } from "#adapters/kafka/partition-writer.ts";
import { clientOptions, createTopics } from "#adapters/kafka/topic.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { durationMs } from "#core/units.ts";
import { followUpdates } from "./follow-updates.ts";

const PATIENT = { timeout: 20_000, interval: 50 };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe("a broadcaster", () => {
  test("tells of what goes to partitions that its topic is given later, from their first record on", async () => {
    const options = { brokers: [inject("kafka").address], topic: `t-${randomUUID()}` };
    await createTopics(options, [{ ...options, partitions: 1, replicas: 1, retentionMs: durationMs(86_400_000) }]);
    const told: string[] = [];
    const tell = async ({ Records }: Parameters<Parameters<typeof followUpdates>[0]["tell"]>[0]): Promise<void> => {
      told.push(...Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString()));
    };
    await using _ = await followUpdates({ ...options, tell, clock, log });
    const admin = new Admin(clientOptions(options));
    await admin.createPartitions({ topics: [{ name: options.topic, count: 2, assignments: null }] });
    await admin.close();
    await using writer = new PartitionWriter(options);
    await expect.poll(() => writer.partitionCount(), PATIENT).toBe(2);
    await writer.write(1, [{ key: Buffer.alloc(0), value: Buffer.from("first") }]);
    await expect.poll(() => told, PATIENT).toEqual(["first"]);
  });
});
