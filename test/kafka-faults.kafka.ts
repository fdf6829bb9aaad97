import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCassandraNode, type CassandraNode } from "#local/jars/cassandra-node.ts";
import { openKafkaBroker, type KafkaBroker } from "#local/jars/kafka-broker.ts";
import { openTemporaryDir, type TemporaryDir } from "#local/temporary-dir.ts";
import { oracleRows } from "#oracle/oracle.ts";
import { readOracleTrades } from "#oracle/read-trades.ts";
import { openKafkaRig } from "./kafka-rig.ts";

const HOUR = join(import.meta.dirname, "../data/trades-2013-10-07-0930.csv.gz");
const INTERVALS = ["10s", "1m"];
const PATIENT = { timeout: 240_000, interval: 500 };
const DOWN_MS = 20_000;

const trades = readOracleTrades(HOUR);
const expected = oracleRows(trades, INTERVALS).toSorted();
const symbols = [...new Set(trades.map(({ symbol }) => symbol))];

let folder: TemporaryDir;
let broker: KafkaBroker;
let node: CassandraNode;

beforeAll(async () => {
  folder = await openTemporaryDir("kafka-faults-");
  broker = await openKafkaBroker({ dir: join(folder.dir, "kafka") });
  node = await openCassandraNode({ dir: join(folder.dir, "cassandra") });
});

afterAll(async () => {
  await Promise.all([broker.stop(), node.stop()]);
  await folder[Symbol.asyncDispose]();
});

const openRig = () =>
  openKafkaRig({
    partitions: 4,
    intervals: INTERVALS,
    kafka: broker,
    cassandra: { address: `${node.host}:${node.port}`, dataCenter: node.dataCenter },
  });

type Rig = Awaited<ReturnType<typeof openRig>>;

/** Waits until every trade is stored, once. */
const isWhole = async (rig: Rig): Promise<void> => {
  await expect.poll(() => rig.storedTrades().catch(() => 0), PATIENT).toBe(trades.length);
  expect((await rig.rows(symbols)).toSorted()).toEqual(expected);
};

describe("an hour of trades ends with every bar equal to the oracle", () => {
  test("though a second worker takes half of the partitions meanwhile, and the first leaves", async () => {
    await using rig = await openRig();
    const first = await rig.worker();
    const sending = rig.replay(HOUR);
    await using second = await rig.worker();
    await expect.poll(() => second.partitions.length, PATIENT).toBe(2);
    expect(first.partitions).toHaveLength(2);
    await first[Symbol.asyncDispose]();
    await expect.poll(() => second.partitions.length, PATIENT).toBe(4);
    await sending;
    await isWhole(rig);
  });

  test("though two workers write each partition at once, as one does that has lost it and does not know", async () => {
    await using rig = await openRig();
    await using _owner = await rig.worker("owner");
    await using _zombie = await rig.worker("zombie");
    await rig.replay(HOUR);
    await isWhole(rig);
  });

  test("though the broker is killed and comes back", async () => {
    await using rig = await openRig();
    await using _worker = await rig.worker();
    const sending = rig.replay(HOUR);
    await delay(1_000);
    await broker.kill();
    await delay(2_000);
    await broker.start();
    await sending.catch(() => rig.replay(HOUR));
    await isWhole(rig);
  });

  test("though Cassandra is gone for 20 seconds", async () => {
    await using rig = await openRig();
    await using _worker = await rig.worker();
    await rig.replay(HOUR);
    await node.kill();
    await delay(DOWN_MS);
    await node.start();
    await isWhole(rig);
  });
});
