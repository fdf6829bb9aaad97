import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { symbolArbitrary, tradesArbitrary } from "#test/arbitraries/trade.ts";
import { encodeFrame } from "./encode.ts";
import { framesOf, laneOf, type FramingRules } from "./framer.ts";
import { frameTrades } from "./trades.ts";

const RULES: FramingRules = {
  producer: "00ff",
  firstNumber: 7,
  lanes: 1,
  maxTrades: 1_000,
  maxBytes: 25_000,
  ingestTimeMs: epochMs(1_381_132_801_000),
};

const trade = (sequence: number, changes: Partial<Trade> = {}): Trade => ({
  symbol: "IBM",
  price: { units: 18_125, scale: 2 },
  size: { units: 100, scale: 0 },
  eventTimeMs: epochMs(1_381_132_800_464),
  sequence,
  ...changes,
});

const trades = (count: number): readonly Trade[] => Array.from({ length: count }, (_, i) => trade(i));

const rulesArbitrary = fc.record({
  lanes: fc.integer({ min: 1, max: 8 }),
  maxTrades: fc.integer({ min: 1, max: 20 }),
  maxBytes: fc.integer({ min: 1, max: 400 }),
});

/** Partition keys and bytes of frames, cut as plainly as can be. */
const plainFrames = (all: readonly Trade[], rules: FramingRules): readonly (readonly [string, Uint8Array])[] => {
  const { producer, ingestTimeMs, lanes, maxTrades, maxBytes } = rules;
  const frames: (readonly [string, Uint8Array])[] = [];
  const cut = (lane: string, some: readonly Trade[]): void => {
    const data = encodeFrame({ producer, number: rules.firstNumber + frames.length, ingestTimeMs, trades: some });
    const half = Math.ceil(some.length / 2);
    if (data.length <= maxBytes || some.length === 1) frames.push([lane, data]);
    else for (const part of [some.slice(0, half), some.slice(half)]) cut(lane, part);
  };
  const kindOf = ({ symbol, source, currency }: Trade): string =>
    JSON.stringify([laneOf(symbol, lanes), source || null, currency || null]);
  for (const group of Map.groupBy(all, kindOf).values())
    for (let from = 0; from < group.length; from += maxTrades)
      cut(String(laneOf(group[0]!.symbol, lanes)), group.slice(from, from + maxTrades));
  return frames;
};

describe("laneOf", () => {
  test.each([
    // Published test vectors of 32-bit FNV-1a.
    ["", 0x811c9dc5],
    ["a", 0xe40c292c],
    ["foobar", 0xbf9cf968],
  ])("is the FNV-1a hash of %j modulo the lanes", (symbol, hash) => {
    expect(laneOf(symbol, 2 ** 32)).toBe(hash);
    expect(laneOf(symbol, 64)).toBe(hash % 64);
  });

  test("lies within the lanes", () => {
    fc.assert(
      fc.property(symbolArbitrary, fc.integer({ min: 1, max: 100_000 }), (symbol, lanes) => {
        const lane = laneOf(symbol, lanes);
        expect(Number.isInteger(lane) && lane >= 0 && lane < lanes).toBe(true);
      }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN])("rejects %d lanes", (lanes) => {
    expect(() => laneOf("IBM", lanes)).toThrow(RangeError);
  });
});

describe("framesOf", () => {
  test("holds each trade once, by lane, source and currency, in the order given", () => {
    fc.assert(
      fc.property(tradesArbitrary, rulesArbitrary, (all, changes) => {
        const frames = framesOf(all, { ...RULES, ...changes });
        const read = frames.flatMap(({ data, partitionKey }) =>
          frameTrades(data).map((one) => ({ ...one, lane: partitionKey })),
        );
        const expected = all.map((one) => ({ ...one, lane: String(laneOf(one.symbol, changes.lanes)) }));
        const kindOf = ({ lane, symbol, source, currency }: (typeof expected)[number]): string =>
          JSON.stringify([lane, symbol, source, currency]);
        expect(Map.groupBy(read, kindOf)).toEqual(Map.groupBy(expected, kindOf));
      }),
    );
  });

  test("keeps to its limits unless a single trade does not, and numbers without a gap", () => {
    fc.assert(
      fc.property(tradesArbitrary, rulesArbitrary, (all, changes) => {
        const frames = framesOf(all, { ...RULES, ...changes });
        expect(frames.map(({ number }) => number)).toEqual(frames.map((_, i) => RULES.firstNumber + i));
        for (const { data, tradeCount } of frames) {
          expect(tradeCount).toBe(frameTrades(data).length);
          expect(tradeCount).toBeLessThanOrEqual(changes.maxTrades);
          expect(tradeCount === 1 || data.length <= changes.maxBytes).toBe(true);
        }
      }),
    );
  });

  test("cuts every so many trades of a lane, source and currency, and writes them as encodeFrame does", () => {
    fc.assert(
      fc.property(tradesArbitrary, rulesArbitrary, (all, changes) => {
        const rules = { ...RULES, ...changes };
        expect(framesOf(all, rules).map(({ partitionKey, data }) => [partitionKey, data])).toEqual(
          plainFrames(all, rules),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("cuts the same frames again", () => {
    fc.assert(
      fc.property(tradesArbitrary, rulesArbitrary, (all, changes) => {
        const rules = { ...RULES, ...changes };
        expect(framesOf(all, rules)).toEqual(framesOf(structuredClone(all), rules));
      }),
    );
  });

  test("cuts at the count, then halves what is too large", () => {
    const counts = (maxTrades: number, maxBytes: number): readonly number[] =>
      framesOf(trades(10), { ...RULES, maxTrades, maxBytes }).map(({ tradeCount }) => tradeCount);
    const [whole] = framesOf(trades(10), RULES);
    expect(counts(4, 25_000)).toEqual([4, 4, 2]);
    expect(counts(1_000, whole!.data.length)).toEqual([10]);
    expect(counts(1_000, whole!.data.length - 1)).toEqual([5, 5]);
    expect(counts(3, 1)).toEqual(Array.from({ length: 10 }, () => 1));
  });

  test("takes an empty source for none", () => {
    expect(framesOf([trade(0, { source: "" }), trade(1)], RULES)).toHaveLength(1);
  });

  test("makes no frame of no trades", () => {
    expect(framesOf([], RULES)).toEqual([]);
  });

  test("rejects frames of no trades", () => {
    expect(() => framesOf(trades(1), { ...RULES, maxTrades: 0 })).toThrow(RangeError);
  });
});
