import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readDecimal, type Decimal } from "#core/decimal.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { frameTradesArbitrary } from "#test/arbitraries/trade.ts";
import { encodeFrame } from "./encode.ts";
import { frameTrades } from "./trades.ts";

const PRODUCER = "00112233445566778899aabbccddeeff";

const frame = (trades: readonly Trade[], changes: { producer?: string; number?: number } = {}): Uint8Array =>
  encodeFrame({ producer: PRODUCER, number: 1, ingestTimeMs: epochMs(1_381_132_801_000), trades, ...changes });

const decimal = (text: string): Decimal => {
  const value = readDecimal(text);
  if (typeof value === "string") throw new RangeError(`${text} is ${value}`);
  return value;
};

const trade = (symbol: string, price: string, size: string, changes: Partial<Trade> = {}): Trade => ({
  symbol,
  price: decimal(price),
  size: decimal(size),
  eventTimeMs: epochMs(1_381_132_800_464),
  sequence: 1,
  ...changes,
});

const grouped = (trades: readonly Trade[]): readonly Trade[] =>
  [...Map.groupBy(trades, ({ symbol }) => symbol).values()].flat();

describe("encodeFrame", () => {
  test("writes what frameTrades reads back, grouped by symbol", () => {
    fc.assert(
      fc.property(frameTradesArbitrary, (trades) => {
        expect(frameTrades(frame(trades))).toEqual(grouped(trades));
      }),
      { numRuns: 300 },
    );
  });

  test("keeps its bytes from release to release", async () => {
    const trades = [
      trade("IBM", "181.25", "100", { sequence: 7, venue: "P" }),
      trade("SPY", "167.41", "0.5", { sequence: 8, eventTimeMs: epochMs(1_381_132_800_465), conditions: "20002000" }),
      trade("IBM", "181.3", "50", { sequence: 9, eventTimeMs: epochMs(1_381_132_800_460), venue: "Börse" }),
    ].map((one) => ({ ...one, source: "replay", currency: "USD" }));
    const hex = Buffer.from(frame(trades)).toString("hex").replaceAll(/.{32}/g, "$&\n");
    await expect(`${hex}\n`).toMatchFileSnapshot("../../test/golden/frame.hex");
  });

  test("begins with its version, even when it holds nothing else", () => {
    expect(encodeFrame({ producer: "", number: 0, ingestTimeMs: epochMs(0), trades: [] })).toEqual(
      Uint8Array.of(0x08, 0x01),
    );
  });

  test("begins another run of a symbol when one scale cannot hold both trades", () => {
    const large = trade("BTC", "9007199254740991", "1");
    const fine = trade("BTC", "0.00000001", "1");
    const runCount = (trades: readonly Trade[]): number =>
      Buffer.from(frame(trades)).toString("latin1").split("BTC").length - 1;
    expect(runCount([large, large])).toBe(1);
    expect(runCount([large, fine, fine, large])).toBe(3);
    expect(frameTrades(frame([large, fine, fine, large]))).toEqual([large, fine, fine, large].map(withoutOptions));
  });

  test("leaves out the sequence column when sequences count the positions in the frame", () => {
    const counted = [5, 6, 7].map((sequence) => trade("IBM", "181", "100", { sequence }));
    const gapped = [5, 6, 8].map((sequence) => trade("IBM", "181", "100", { sequence }));
    // a tag of two bytes, a length and three differences
    expect(frame(gapped).length - frame(counted).length).toBe(6);
  });

  test.each([
    ["trades of two sources", [trade("IBM", "1", "1", { source: "a" }), trade("IBM", "1", "1", { source: "b" })]],
    ["trades of two currencies", [trade("IBM", "1", "1", { currency: "USD" }), trade("IBM", "1", "1")]],
    ["a symbol that is none", [trade(" IBM", "1", "1")]],
    ["a price of zero", [trade("IBM", "1", "1", { price: { units: 0, scale: 0 } })]],
    ["a size that is no integer", [trade("IBM", "1", "1", { size: { units: 0.5, scale: 0 } })]],
    ["a scale of nine", [trade("IBM", "1", "1", { size: { units: 1, scale: 9 } })]],
    ["a time 2^52 ms from 1970", [trade("IBM", "1", "1", { eventTimeMs: epochMs(2 ** 52) })]],
    ["a negative sequence", [trade("IBM", "1", "1", { sequence: -1 })]],
  ])("rejects %s", (_, trades) => {
    expect(() => frame(trades)).toThrow(RangeError);
  });

  test.each([
    ["a producer of 17 bytes", { producer: "00".repeat(17) }],
    ["a producer of half a byte", { producer: "0" }],
    ["a producer that is no hex", { producer: "zz" }],
    ["a negative number", { number: -1 }],
  ])("rejects %s", (_, changes) => {
    expect(() => frame([], changes)).toThrow(RangeError);
  });
});

describe("a frame of 1,000 trades", () => {
  test("takes at most 7.5 bytes a trade where 500 symbols trade", () => {
    const trades = syntheticTrades(20_000);
    const frames = Array.from({ length: 20 }, (_, i) => frame(numbered(trades.slice(i * 1_000, (i + 1) * 1_000))));
    const bytes = frames.reduce((sum, { length }) => sum + length, 0);
    expect(bytes / trades.length).toBeLessThanOrEqual(7.5);
  });

  test("takes at most 5 bytes a trade, row numbers included, on a real day", () => {
    const trades = realTrades(20_000);
    const frames = Array.from({ length: 20 }, (_, i) => frame(trades.slice(i * 1_000, (i + 1) * 1_000)));
    const bytes = frames.reduce((sum, { length }) => sum + length, 0);
    expect(frames.flatMap(frameTrades)).toHaveLength(trades.length);
    expect(bytes / trades.length).toBeLessThanOrEqual(5);
  });
});

const withoutOptions = (one: Trade): Trade => ({
  ...one,
  venue: undefined,
  conditions: undefined,
  source: undefined,
  currency: undefined,
});

/** The trades with sequences as a producer gives them that counts in the frame's own order. */
const numbered = (trades: readonly Trade[]): readonly Trade[] =>
  grouped(trades).map((one, sequence) => ({ ...one, sequence }));

/** 500 symbols by Zipf's law, prices of four decimals that walk by two cents, times scattered over a quarter second. */
const syntheticTrades = (count: number): readonly Trade[] => {
  const draw = generator(42);
  const symbols = Array.from({ length: 500 }, (_, i) => `Q${i.toString(36).toUpperCase()}`);
  const weights = symbols.map((_, i) => 1 / (i + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const prices = symbols.map(() => 50_000 + Math.floor(draw() * 9_950_000));
  return Array.from({ length: count }, (_, i) => {
    let rest = draw() * total;
    const at = Math.max(
      weights.findIndex((weight) => (rest -= weight) < 0),
      0,
    );
    prices[at] = Math.max(100, prices[at]! + Math.round((draw() - 0.5) * 400));
    return {
      symbol: symbols[at]!,
      price: { units: prices[at], scale: 4 },
      size: { units: 1 + Math.floor(-Math.log(1 - draw()) * 200), scale: 0 },
      eventTimeMs: epochMs(1_760_000_000_000 + Math.floor(i / 200) - Math.floor(draw() * 250)),
      sequence: i,
      source: "market-data-simulator",
      currency: "USD",
    };
  });
};

/** Marsaglia's xorshift: numbers in [0, 1), the same for the same seed. */
const generator = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};

/** The first trades of the recorded day, numbered by row. */
const realTrades = (count: number): readonly Trade[] => {
  const file = new URL("../../test/data/trades-2013-10-07.csv.gz", import.meta.url);
  const lines = gunzipSync(readFileSync(file))
    .toString("utf8")
    .split("\n")
    .slice(1, count + 1);
  return lines.map((line, sequence) => {
    const [time, symbol, price, size] = line.split(",");
    return trade(symbol!, price!, size!, { eventTimeMs: epochMs(Number(time)), sequence });
  });
};
