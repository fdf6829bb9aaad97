import { randomUUID } from "node:crypto";
import { afterAll, expect, inject, test } from "vitest";
import { openCassandraCheckpointStore } from "#adapters/cassandra/checkpoint-store.ts";
import { openCassandraClient } from "#adapters/cassandra/client.ts";
import { openCassandraGapStore } from "#adapters/cassandra/gap-store.ts";
import { openCassandraPaneStore } from "#adapters/cassandra/pane-store.ts";
import { openCassandraRejectedStore } from "#adapters/cassandra/rejected-store.ts";
import { migrate } from "#adapters/cassandra/schema.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { openCassandraSymbolRegister } from "#adapters/cassandra/symbol-register.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { bringTopic } from "#adapters/kafka/bring-topic.ts";
import { openKafkaFrameStream } from "#adapters/kafka/frame-stream.ts";
import { openKafkaShardReader } from "#adapters/kafka/shard-reader.ts";
import { KafkaTopic, type TopicOptions } from "#adapters/kafka/topic.ts";
import { plainPacking } from "#adapters/memory/state-packing.ts";
import { createMemoryUpdateStream } from "#adapters/memory/update-stream.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { encodeFrame } from "#core/frame/encode.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { createAggregator } from "#lambdas/aggregator/aggregator.ts";
import { byPartition, type KafkaEvent } from "#lambdas/aggregator/kafka-event.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { createChoices, type Choices } from "#test/model/choices.ts";
import { tradeOf } from "#test/oracle-trade.ts";

const kafka = inject("kafka");
const cassandra = inject("cassandra");
const keyspace = "topic_mapping";
const minute = durationMs(60_000);
const day = durationMs(86_400_000);
const PARTITIONS = [0, 1, 2];
const SYMBOLS = ["AIG", "BAC", "IBM", "SPY"];
const FRAMES = 60;
const BATCH = 3;
const BASE = 1_381_132_800_000;

const client = openCassandraClient({ contactPoints: [cassandra.address], dataCenter: cassandra.dataCenter });
afterAll(() => client.shutdown());

const tradesOf = (random: Choices, symbol: string): OracleTrade[] =>
  Array.from({ length: 1 + random.below(5) }, (_, sequence) => ({
    symbol,
    price: random.pick(["181.25", "9.5", "7"]),
    size: random.pick(["100", "0.5"]),
    time: BASE + random.below(180_000),
    sequence,
  }));

/** Puts frames of each symbol on the topic, as the fetcher does. */
const fill = async (options: TopicOptions, random: Choices): Promise<OracleTrade[]> => {
  await using stream = openKafkaFrameStream(options);
  const trades: OracleTrade[] = [];
  for (let number = 0; number < FRAMES; number++) {
    const symbol = random.pick(SYMBOLS);
    const some = tradesOf(random, symbol);
    trades.push(...some);
    const frame = { producer: "a1", number, ingestTimeMs: epochMs(BASE), frontierMs: undefined };
    await stream.put([{ partitionKey: symbol, data: encodeFrame({ ...frame, trades: some.map(tradeOf) }) }]);
  }
  return trades;
};

/** The topic's records as an event has them, by partition. */
const recordsOf = async (options: TopicOptions) => {
  await using topic = new KafkaTopic(options);
  return await Promise.all(
    PARTITIONS.map(async (partition) => {
      const { records } = await topic.fetch(partition, 0n, durationMs(1_000));
      return records.map(({ offset, timeMs, value }) => ({
        topic: options.topic,
        partition,
        offset: Number(offset),
        timestamp: timeMs,
        value: value.toString("base64"),
      }));
    }),
  );
};

const openPorts = async () => {
  const { dataCenter } = cassandra;
  const intervals = [{ intervalMs: minute, keepMs: day }];
  await migrate(client, { keyspace, replicas: 1, dataCenter, intervals, rejectedKeepMs: day });
  const options = { client, keyspace, clock, dialect: "keyspaces", rowsInFlight: 1 } as const;
  return {
    panes: openCassandraPaneStore({ ...options, intervals }),
    checkpoints: openCassandraCheckpointStore(options),
    statuses: openCassandraShardStatusStore(options),
    gaps: openCassandraGapStore(options),
    rejected: openCassandraRejectedStore({ ...options, keepMs: day }),
    symbols: openCassandraSymbolRegister(options),
    updates: createMemoryUpdateStream(),
    packing: plainPacking,
    clock,
  };
};

test("events of a real topic, some given up and some twice, make the oracle's bars in the dialect of Keyspaces", async () => {
  const options = { brokers: [kafka.address], topic: `t-${randomUUID()}` };
  await bringTopic({ ...options, partitions: PARTITIONS.length, retentionMs: day });
  const random = createChoices(1);
  const trades = await fill(options, random);
  const partitions = await recordsOf(options);
  await using shards = openKafkaShardReader(options);
  const ports = { ...(await openPorts()), shards };
  const rules = {
    intervalsMs: [minute],
    maxOutOfOrdernessMs: durationMs(2_000),
    clockSkewMs: durationMs(10_000),
    maxStateBytes: 100_000,
    retentionMs: day,
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const handle = byPartition(
    createAggregator({ ...ports, stream: options.topic, rules, log, meter: createMemoryMeter() }),
  );
  const longest = Math.max(...partitions.map(({ length }) => length));
  for (let from = 0; from < longest; from += BATCH) {
    // Lambda gives up every other batch of a partition, but its last: whoever comes next reads it from the topic.
    const isGivenUp = (from / BATCH) % 2 === 1;
    const given = partitions.map((records) =>
      isGivenUp && from + BATCH < records.length ? [] : records.slice(from, from + BATCH),
    );
    const entries = given.map((records, partition) => [`${options.topic}-${partition}`, records]);
    const event = { records: Object.fromEntries(entries) as NonNullable<KafkaEvent["records"]> };
    await handle(event);
    if (random.isBelow(0.3)) await handle(event);
  }
  const rows = await Promise.all(
    SYMBOLS.map(async (symbol) => {
      const range = { symbol, intervalMs: minute, startMs: epochMs(BASE), endMs: epochMs(BASE + 180_000) };
      return barsOf(await ports.panes.range(range), minute).map((bar) => barRow(bar).join(","));
    }),
  );
  expect(rows.flat()).toEqual(oracleRows(trades, ["1m"]));
});
