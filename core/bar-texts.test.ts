import { describe, expect, test } from "vitest";
import { averagePriceText, barLine, stockAveragesText, tradeLine } from "./bar-texts.ts";
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

describe("a raw trade in line protocol", () => {
  const trade = (id: string) => ({
    id,
    symbol: "IBM",
    eventTimeMs: epochMs(1_381_152_600_001),
    price: { units: 1, scale: 1 },
    size: { units: 1, scale: 0 },
  });
  const nanos = (id: string): number => Number(/ 1381152600001(\d{6})$/.exec(tradeLine(trade(id)))?.[1]);

  test("has no tag but its symbol, and its id as text", () => {
    expect(tradeLine(trade('a"\\:3'))).toMatch(/^trades,symbol=IBM price=0\.1,size=1,id="a\\"\\\\:3" \d{19}$/);
  });

  test("has a time of its own within its millisecond, in the order of its record, whenever it is written", () => {
    const record = Array.from({ length: 1_000 }, (_, row) => nanos(`ticks-0@t:0017:${row}`));
    expect(record).toEqual(record.map((_, row) => record[0]! + row));
    expect(nanos("ticks-0@t:0018:0")).not.toBe(record[0]);
    expect(nanos("ticks-0@t:0017:5")).toBe(record[5]);
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
