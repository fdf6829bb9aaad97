import { randomUUID } from "node:crypto";
import { Producer } from "@platformatic/kafka";
import { expect, inject, test } from "vitest";
import { BEYOND_ALL, durationMs } from "#core/units.ts";
import { openKafkaShardReader, shardName } from "./shard-reader.ts";
import { clientOptions, createTopics, KafkaTopic } from "./topic.ts";

test("what was committed is read, once it is, and nothing of any transaction that was aborted", async () => {
  const options = { brokers: [inject("kafka").address], topic: `t-${randomUUID()}` };
  await createTopics(options, [{ ...options, partitions: 1, replicas: 1, retentionMs: durationMs(86_400_000) }]);
  await using topic = new KafkaTopic(options);
  await using reader = openKafkaShardReader(options);
  const shard = shardName(options.topic, 0, await topic.id());
  const read = async (): Promise<readonly string[]> => {
    const batches = await Array.fromAsync(reader.read(shard, { after: undefined, before: BEYOND_ALL }));
    return batches.flat().map(({ data }) => Buffer.from(data).toString());
  };
  const producer = new Producer({ ...clientOptions(options), idempotent: true, transactionalId: randomUUID() });
  const begin = async (...values: readonly string[]) => {
    const transaction = await producer.beginTransaction();
    const messages = values.map((value) => ({ topic: options.topic, partition: 0, value: Buffer.from(value) }));
    await transaction.send({ messages });
    return transaction;
  };
  try {
    await (await begin("a", "b")).abort();
    await (await begin("c")).commit();
    await (await begin("d")).abort();
    await expect.poll(read).toEqual(["c"]);
    const open = await begin("e");
    expect(await read()).toEqual(["c"]);
    await open.commit();
    await expect.poll(read).toEqual(["c", "e"]);
  } finally {
    await producer.close();
  }
});
