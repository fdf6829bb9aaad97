import fc from "fast-check";

import type { Decimal, WideDecimal } from "#core/decimal.ts";
import { least, leastWide } from "#core/decimal.ts";
import type { BarContent, Pane, Print } from "#core/pane.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";

const price: fc.Arbitrary<Decimal> = fc
  .record({ units: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), scale: fc.integer({ min: 0, max: 8 }) })
  .map(least);

const sum: fc.Arbitrary<WideDecimal> = fc
  .record({ units: fc.bigInt({ min: 1n, max: 1n << 120n }), scale: fc.integer({ min: 0, max: 16 }) })
  .map(leastWide);

const print: fc.Arbitrary<Print> = fc.record({
  eventTimeMs: fc.integer({ min: 0, max: 4_000_000_000_000 }).map(epochMs),
  sequence: fc.nat(Number.MAX_SAFE_INTEGER),
  price,
  size: price,
});

/** Contents of any numbers that a row can carry; high and low, open and close are not related. */
export const arbitraryContent: fc.Arbitrary<BarContent> = fc.record({
  tradeCount: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  open: print,
  high: price,
  low: price,
  close: print,
  volume: sum,
  priceSum: sum,
  notional: sum,
});

/** 1 to 32 printable ASCII characters, with quotes, backslashes and inner spaces among them. */
export const arbitrarySymbol: fc.Arbitrary<string> = fc
  .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 32 })
  .filter((text) => text.trim() === text);

/** Any pane, its window aligned to its interval. */
export const arbitraryPane: fc.Arbitrary<Pane> = fc
  .record({
    symbol: arbitrarySymbol,
    intervalMs: fc.constantFrom(...[1_000, 10_000, 60_000, 300_000, 86_400_000].map(durationMs)),
    window: fc.nat(40_000),
    shard: fc.constantFrom("shardId-000000000000", "shardId-000000000001", "ticks-0"),
    lastSequence: fc.bigInt({ min: 0n, max: 10n ** 128n }).map((digits) => sequenceNumber(digits.toString())),
    isCorrected: fc.boolean(),
    content: arbitraryContent,
  })
  .map(({ window, ...pane }) => ({ ...pane, startMs: epochMs(window * pane.intervalMs) }));
