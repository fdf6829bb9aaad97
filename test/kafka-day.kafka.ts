import { join } from "node:path";
import { expect, test } from "vitest";
import { oracleRows } from "#oracle/oracle.ts";
import { readOracleTrades } from "#oracle/read-trades.ts";
import { openKafkaRig } from "./kafka-rig.ts";

const DAY = join(import.meta.dirname, "data/trades-2013-10-07.csv.gz");
const INTERVALS = ["10s", "1m"];
const PATIENT = { timeout: 300_000, interval: 500 };

const sorted = (rows: readonly string[]): readonly string[] => rows.toSorted();

test(
  "a whole real day through Kafka into Cassandra ends with every bar equal to the oracle",
  { timeout: 600_000 },
  async () => {
    await using rig = await openKafkaRig({ partitions: 4, intervals: INTERVALS });
    await using _worker = await rig.worker();
    const report = await rig.replay(DAY);
    expect(report).toMatchObject({ status: "done", tradesSent: 388_417, rejectedRows: 0 });
    await expect.poll(() => rig.storedTrades(), PATIENT).toBe(388_417);
    const trades = readOracleTrades(DAY);
    const rows = await rig.rows([...new Set(trades.map(({ symbol }) => symbol))]);
    expect(sorted(rows)).toEqual(sorted(oracleRows(trades, INTERVALS)));
  },
);
