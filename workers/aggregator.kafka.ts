import { randomUUID } from "node:crypto";
import { expect, inject, test } from "vitest";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { openKafkaShardReader } from "#adapters/kafka/shard-reader.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { durationMs } from "#core/units.ts";
import { openAggregatorWorker } from "./aggregator.ts";

/** Connections of this process. */
const connections = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length;

test("an aggregator whose topic is not there says so, as often as it is tried, and leaves nothing open", async () => {
  const topic = `absent-${randomUUID()}`;
  const kafka = { brokers: [inject("kafka").address], topic };
  await using shards = openKafkaShardReader(kafka);
  const before = connections();
  const options = {
    ...kafka,
    group: topic,
    sessionMs: durationMs(2_000),
    lifeMs: durationMs(1_000),
    ports: createMemoryLifePorts({ shards, clock }),
    rules: {
      intervalsMs: [durationMs(60_000)],
      maxOutOfOrdernessMs: durationMs(2_000),
      clockSkewMs: durationMs(10_000),
      maxStateBytes: 1_000_000,
      retentionMs: durationMs(86_400_000),
    },
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    meter: createMemoryMeter(),
  };
  for (let attempt = 0; attempt < 2; attempt++)
    await expect(openAggregatorWorker(options)).rejects.toMatchObject({
      code: "TAPE_STREAM_UNAVAILABLE",
      isRetryable: true,
    });
  await expect.poll(connections, { timeout: 5_000 }).toBe(before);
});
