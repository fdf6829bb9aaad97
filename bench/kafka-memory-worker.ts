import { randomUUID } from "node:crypto";
import { openKafkaShardReader } from "#adapters/kafka/shard-reader.ts";
import type { KafkaOptions } from "#adapters/kafka/topic.ts";
import { openKafkaUpdateStream } from "#adapters/kafka/update-stream.ts";
import { plainPacking } from "#adapters/memory/state-packing.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import type { LifeRules } from "#core/life.ts";
import type { Pane } from "#core/pane.ts";
import type { Log } from "#core/ports/log.ts";
import type { ShardStatus } from "#core/ports/shard-status.ts";
import { sumOfCounts } from "#core/shard-counts.ts";
import { durationMs } from "#core/units.ts";
import { openAggregatorWorker } from "#workers/aggregator.ts";
import { INTERVALS_MS } from "./kafka-market.ts";
import { createRecordingPorts } from "./recording-ports.ts";

export interface MemoryWorkerOptions extends KafkaOptions {
  readonly ticks: string;
  readonly bars: string;
  /** All that the topic holds. */
  readonly tradeCount: number;
}

/** The rules of a worker by default. */
const RULES: LifeRules = {
  intervalsMs: INTERVALS_MS,
  maxOutOfOrdernessMs: durationMs(2_000),
  clockSkewMs: durationMs(10_000),
  maxStateBytes: 64_000_000,
  retentionMs: durationMs(86_400_000),
};
const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A worker in this process takes a topic from its beginning, keeps its panes in memory, and leaves: what it stored. */
export const foldInMemory = async (options: MemoryWorkerOptions): Promise<readonly Pane[]> => {
  await using shards = openKafkaShardReader({ ...options, topic: options.ticks });
  await using updates = openKafkaUpdateStream({ ...options, topic: options.bars });
  const { ports, stored } = createRecordingPorts(clock.nowMs(), () => undefined);
  const folded = Promise.withResolvers<void>();
  const counts = new Map<string, ShardStatus["counts"]>();
  const statuses = {
    put: async (status: ShardStatus): Promise<void> => {
      counts.set(status.shard, status.counts);
      if (sumOfCounts([...counts.values()]).trades >= options.tradeCount) folded.resolve();
    },
  };
  const worker = await openAggregatorWorker({
    ...options,
    topic: options.ticks,
    group: `bench-${randomUUID()}`,
    sessionMs: durationMs(10_000),
    lifeMs: durationMs(5_000),
    ports: { ...ports, shards, updates, statuses, packing: plainPacking },
    rules: RULES,
    clock,
    log: SILENT,
    meter: createMemoryMeter(),
  });
  await folded.promise;
  await worker[Symbol.asyncDispose]();
  return stored();
};
