import { expect, test } from "vitest";
import { createSimSource } from "#adapters/feeds/sim-source.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { createTraffic, type Burst } from "./traffic.ts";

const simulated = async (tradeCount: number): Promise<readonly Trade[]> => {
  const source = createSimSource({ seed: 1, symbols: ["IBM", "SPY"], tradesPerSecond: 1, tradeCount });
  const trades: Trade[] = [];
  for await (const rows of source.rows(0, epochMs(1_381_152_600_000)))
    for (const row of rows) if (row.kind === "trade") trades.push(row.trade);
  return trades;
};

const tradesOf = (bursts: readonly Burst[]): number => {
  const records = bursts.flatMap(({ frames, foreign }) => [...frames, ...foreign]);
  return [...new Set(records)].reduce((sum, { tradeCount }) => sum + tradeCount, 0);
};

test("a seed is one run, and another seed another", async () => {
  const trades = await simulated(3_000);
  expect(createTraffic(trades, 5, 50)).toEqual(createTraffic(trades, 5, 50));
  expect(createTraffic(trades, 6, 50)).not.toEqual(createTraffic(trades, 5, 50));
});

test("every trade is sent once by somebody, some late by hours, and some frames again", async () => {
  const trades = await simulated(10_000);
  const traffic = createTraffic(trades, 5, 100);
  const files = [...traffic.files, ...traffic.more.files];
  const fetched = files.reduce((sum, csv) => sum + csv.split("\n").length - 1, 0);
  expect(fetched).toBeGreaterThan(500);
  expect(tradesOf([...traffic.bursts, ...traffic.more.bursts]) + fetched).toBe(10_000);
  expect(traffic.trades.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
    trades.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
  );
  expect(traffic.counts.records).toBeGreaterThan(100);
  for (const count of [traffic.counts.disordered, traffic.counts.datedBack, traffic.counts.repeatedFrames])
    expect(count).toBeGreaterThan(10);
});
