import { randomUUID } from "node:crypto";
import { Admin } from "@platformatic/kafka";
import { describe, expect, inject, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { GroupMember } from "./group.ts";
import { clientOptions, createTopics, type TopicOptions } from "./topic.ts";

const { address } = inject("kafka");
const PATIENT = { timeout: 20_000, interval: 50 };

const addPartitions = async (options: TopicOptions, count: number): Promise<void> => {
  const admin = new Admin(clientOptions(options));
  await admin.createPartitions({ topics: [{ name: options.topic, count, assignments: null }] });
  await admin.close();
};

describe("members of a group", () => {
  test("share partitions that the topic is given while they work", async () => {
    const options = { brokers: [address], topic: `t-${randomUUID()}` };
    await createTopics(options, [{ ...options, partitions: 1, replicas: 1, retentionMs: durationMs(86_400_000) }]);
    const assigned: (readonly number[])[] = [[], []];
    const join = (member: number): Promise<GroupMember> =>
      GroupMember.join({
        ...options,
        group: `g-${options.topic}`,
        sessionMs: durationMs(6_000),
        onAssigned: (partitions) => (assigned[member] = partitions),
        onRefused: () => undefined,
      });
    await using _first = await join(0);
    await using _second = await join(1);
    await expect.poll(() => assigned.flat(), PATIENT).toEqual([0]);
    await addPartitions(options, 4);
    await expect.poll(() => assigned.map(({ length }) => length), PATIENT).toEqual([2, 2]);
    expect(assigned.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });
});
