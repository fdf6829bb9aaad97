import { createRandom } from "#core/random.ts";
import type { OracleTrade } from "#oracle/oracle.ts";

export const SYMBOLS = ["AIG", "IBM", "SPY"] as const;

const FROM_MS = 1_700_000_000_000;

/** Holds every trade. */
export const SPAN = { fromMs: FROM_MS, toMs: FROM_MS + 86_400_000 } as const;

/** Trades stand in a file up to so much before and behind their place in time. */
const DISORDER_MS = 5_000;

/** So many seeded trades, `stepMs` apart on average and not quite in order, as a file holds them. */
export const seededTrades = (seed: number, count: number, stepMs: number): readonly OracleTrade[] => {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: count }, (_, row) => ({
    symbol: SYMBOLS[below(SYMBOLS.length)]!,
    price: `${100 + below(20)}.${String(below(10_000)).padStart(4, "0")}`,
    size: String(1 + below(500)),
    time: FROM_MS + DISORDER_MS + Math.round(row * stepMs) + below(2 * DISORDER_MS),
    sequence: row + 1,
  }));
};

export const csvOfTrades = (trades: readonly OracleTrade[]): string =>
  [
    "time,symbol,price,size",
    ...trades.map(({ time, symbol, price, size }) => `${time},${symbol},${price},${size}`),
  ].join("\n");
