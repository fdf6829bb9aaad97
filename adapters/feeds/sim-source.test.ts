import { expect, test } from "vitest";
import { decimalText } from "#core/decimal.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { createSimSource, type SimSetting } from "./sim-source.ts";

const setting: SimSetting = { seed: 7, symbols: ["IBM", "SPY", "AIG"], tradesPerSecond: 100, tradeCount: 5_000 };
const START = epochMs(1_000_000);

const tradesOf = async (from = 0, changes: Partial<SimSetting> = {}): Promise<Trade[]> => {
  const trades: Trade[] = [];
  for await (const rows of createSimSource({ ...setting, ...changes }).rows(from, START)) {
    for (const row of rows) if (row.kind === "trade") trades.push(row.trade);
  }
  return trades;
};

test("the same seed gives the same trades, from any row on, and another seed others", async () => {
  const all = await tradesOf();
  expect(await tradesOf(4_321)).toEqual(all.slice(4_321));
  expect(await tradesOf(0, { seed: 8 })).not.toEqual(all);
});

test("a seed's trades stay the same from release to release", async () => {
  const rows = (await tradesOf(4_997)).map(({ symbol, price, size, eventTimeMs, sequence, source }) =>
    [symbol, decimalText(price), decimalText(size), eventTimeMs - START, sequence, source].join(" "),
  );
  expect(rows).toMatchInlineSnapshot(`
    [
      "IBM 11.27 29 49154 2929 sim",
      "IBM 11.27 100 49168 2930 sim",
      "SPY 22.61 1200 49190 1205 sim",
    ]
  `);
});

test("a source read on, further on, or again from a little before, gives the same trades as one read at once", async () => {
  const all = await tradesOf();
  const source = createSimSource(setting);
  for (const from of [0, 2_500, 1_999, 4_000, 3_000, 0, 4_999, 5_000, 6_000]) {
    const trades: Trade[] = [];
    for await (const rows of source.rows(from, START)) {
      for (const row of rows) if (row.kind === "trade") trades.push(row.trade);
      if (trades.length > 1_500) break;
    }
    expect(trades).toEqual(all.slice(from, from + trades.length));
    expect(trades.length).toBeGreaterThan(Math.min(1_500, Math.max(-1, 4_999 - from)));
  }
});

test("times only go on, at about the rate asked for", async () => {
  const times = (await tradesOf()).map(({ eventTimeMs }) => eventTimeMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(START);
  expect(times.at(-1)! - START).toBeGreaterThan(45_000);
  expect(times.at(-1)! - START).toBeLessThan(55_000);
});

test("prices and sizes are positive, prices whole cents, sequences count by symbol", async () => {
  const counts = new Map<string, number>();
  for (const { symbol, price, size, sequence } of await tradesOf()) {
    expect(price.units).toBeGreaterThan(0);
    expect(price.scale).toBeLessThanOrEqual(2);
    expect(size.units).toBeGreaterThan(0);
    counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    expect(sequence).toBe(counts.get(symbol));
  }
  expect([...counts.keys()].toSorted()).toEqual(["AIG", "IBM", "SPY"]);
});
