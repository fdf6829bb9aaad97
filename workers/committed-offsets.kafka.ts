import { randomUUID } from "node:crypto";
import { Consumer } from "@platformatic/kafka";
import { describe, expect, inject, test } from "vitest";
import { openKafkaShardReader } from "#adapters/kafka/shard-reader.ts";
import { PartitionWriter } from "#adapters/kafka/partition-writer.ts";
import { clientOptions, createTopics } from "#adapters/kafka/topic.ts";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { openAggregatorWorker } from "./aggregator.ts";

const PATIENT = { timeout: 20_000, interval: 50 };
const [minute, life] = [durationMs(60_000), durationMs(5_000)];
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const TRADE = `{"symbol":"IBM","last_trade_time":"2013-10-07T13:30:59","price":0.2}`;

describe("an aggregator", () => {
  test("tells its group how far it is when a life has ended, and not before", async () => {
    const options = { brokers: [inject("kafka").address], topic: `t-${randomUUID()}` };
    const group = `g-${options.topic}`;
    await createTopics(options, [{ ...options, partitions: 1, replicas: 1, retentionMs: durationMs(86_400_000) }]);
    // Partition 0's lives end at multiples of their length, and none is shorter than half of it.
    const clock = createManualClock(epochMs(Math.floor(Date.now() / life) * life));
    await using shards = openKafkaShardReader(options);
    const ports = createMemoryLifePorts({ shards, clock });
    const asker = new Consumer({ ...clientOptions(options), groupId: group });
    const committed = async (): Promise<bigint | undefined> => {
      const offsets = await asker.listCommittedOffsets({ topics: [{ topic: options.topic, partitions: [0] }] });
      return offsets.get(options.topic)?.[0];
    };
    const folded = async (): Promise<string | undefined> => (await ports.statuses.list(options.topic))[0]?.last;
    await using writer = new PartitionWriter(options);
    const write = () =>
      writer.write(
        0,
        Array.from({ length: 3 }, () => ({ key: Buffer.alloc(0), value: Buffer.from(TRADE) })),
      );
    await write();
    const rules = {
      intervalsMs: [minute],
      maxOutOfOrdernessMs: minute,
      clockSkewMs: minute,
      maxStateBytes: 1_000_000,
      retentionMs: durationMs(86_400_000),
    };
    const worker = await openAggregatorWorker({
      ...options,
      group,
      sessionMs: durationMs(6_000),
      lifeMs: life,
      ports,
      rules,
      clock,
      log,
      meter: createMemoryMeter(),
    });
    await expect.poll(folded, PATIENT).toBe(sequenceNumber("2"));
    expect([await committed(), await ports.checkpoints.list(options.topic)]).toEqual([-1n, []]);
    await clock.advance(life);
    await expect.poll(committed, PATIENT).toBe(3n);
    expect((await ports.checkpoints.list(options.topic)).map(({ last }) => last)).toEqual([sequenceNumber("2")]);
    await write();
    await expect.poll(folded, PATIENT).toBe(sequenceNumber("5"));
    expect(await committed()).toBe(3n);
    await worker[Symbol.asyncDispose]();
    expect(await committed()).toBe(6n);
    await asker.close(true);
  });
});
