import { join } from "node:path";
import { expect } from "vitest";
import type { DurationMs } from "#core/units.ts";
import { oracleRows } from "#oracle/oracle.ts";
import { readOracleTrades } from "#oracle/read-trades.ts";
import { openKafkaRig, type KafkaRig } from "./kafka-rig.ts";
import { until } from "./until.ts";

/** A real hour of trades. */
export const HOUR = join(import.meta.dirname, "../data/trades-2013-10-07-0930.csv.gz");
export const HOUR_SECONDS = 3_600;
export const PARTITIONS = 4;

const INTERVALS = ["10s", "1m"];
const trades = readOracleTrades(HOUR);
const expected = oracleRows(trades, INTERVALS).toSorted();
const symbols = [...new Set(trades.map(({ symbol }) => symbol))];

export const TRADE_COUNT = trades.length;

/** A rig for that hour. */
export const openHourRig = (lifeMs?: DurationMs): Promise<KafkaRig> =>
  openKafkaRig({ partitions: PARTITIONS, intervals: INTERVALS, ...(lifeMs && { lifeMs }) });

/** Waits until every trade of the hour is stored, once; then all bars are equal, in the store and for who heard all updates. */
export const isWhole = async (rig: KafkaRig): Promise<void> => {
  const isStored = async (): Promise<boolean> => (await rig.storedTrades().catch(() => 0)) >= TRADE_COUNT;
  await until("every trade must be stored", isStored, 250);
  expect(await rig.storedTrades()).toBe(TRADE_COUNT);
  expect((await rig.rows(symbols)).toSorted()).toEqual(expected);
  expect((await rig.heardRows(symbols)).toSorted()).toEqual(expected);
};
