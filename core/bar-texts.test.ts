import { describe, expect, test } from "vitest";
import { averagePriceText, barLine, stockAveragesText } from "./bar-texts.ts";
import { durationMs, epochMs } from "./units.ts";
import type { Bar } from "./bar.ts";

const print = (units: number) => ({
  eventTimeMs: epochMs(60_000),
  sequence: 0,
  price: { units, scale: 1 },
  size: { units: 1, scale: 0 },
});

/** Trades at 0.1 and 0.2, whose mean as doubles would be 0.15000000000000002. */
const bar: Bar = {
  symbol: 'A"B',
  intervalMs: durationMs(60_000),
  startMs: epochMs(60_000),
  endMs: epochMs(120_000),
  isCorrected: false,
  content: {
    tradeCount: 2,
    open: print(1),
    high: { units: 2, scale: 1 },
    low: { units: 1, scale: 1 },
    close: print(2),
    volume: { units: 2n, scale: 0 },
    priceSum: { units: 3n, scale: 1 },
    notional: { units: 3n, scale: 1 },
  },
};

describe("a final bar in the texts of others", () => {
  test("is stamped with the end of its window, and exact", () => {
    expect(averagePriceText(bar)).toBe('{"symbol":"A\\"B","timestamp":120,"average":0.15}');
  });

  test("names its window, extremes and count", () => {
    expect(JSON.parse(stockAveragesText(bar))).toEqual({
      start: "1970-01-01T00:01:00.000Z",
      end: "1970-01-01T00:02:00.000Z",
      stockName: 'A"B',
      avgPrice: 0.15,
      minPrice: 0.1,
      maxPrice: 0.2,
      count: 2,
    });
  });

  test("is a point at the window's start", () => {
    expect(barLine({ ...bar, symbol: "IBM" })).toBe(
      "bars,interval=1m,symbol=IBM open=0.1,high=0.2,low=0.1,close=0.2,volume=2,mean=0.15,vwap=0.15,trades=2i 60000",
    );
  });
});

describe("a sliding average in the texts of others", () => {
  const sliding: Bar = { ...bar, symbol: "IBM", stepMs: durationMs(30_000) };

  test("is told like that of a bar, by the end of its window", () => {
    expect(averagePriceText(sliding)).toBe('{"symbol":"IBM","timestamp":120,"average":0.15}');
    expect(stockAveragesText(sliding)).toBe(stockAveragesText({ ...bar, symbol: "IBM" }));
  });

  test("is a point at the window's end, with length and step", () => {
    expect(barLine(sliding)).toBe(
      "bars,interval=1m/30s,symbol=IBM open=0.1,high=0.2,low=0.1,close=0.2,volume=2,mean=0.15,vwap=0.15,trades=2i 120000",
    );
  });
});
