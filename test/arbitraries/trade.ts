import fc from "fast-check";

import { least, MAX_SCALE, type Decimal } from "#core/decimal.ts";
import type { Trade } from "#core/trade.ts";
import { EVENT_TIME_RANGE_MS } from "#core/trade-limits.ts";
import { epochMs } from "#core/units.ts";

/** Positive decimals in their least scale, from everyday ones to the greatest that can be told. */
const decimalArbitrary: fc.Arbitrary<Decimal> = fc
  .record({
    units: fc.oneof(
      fc.integer({ min: 1, max: 100_000 }),
      fc.maxSafeNat().map((units) => Math.max(units, 1)),
      fc.constantFrom(1, 127, 128, 16_383, 16_384, 2 ** 28 - 1, 2 ** 28, 2 ** 31, 2 ** 35, 2 ** 53 - 1),
    ),
    scale: fc.integer({ min: 0, max: MAX_SCALE }),
  })
  .map(least);

/** Few symbols, so that trades meet. */
export const symbolArbitrary: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("IBM", "SPY", "BRK B", "!", "~".repeat(32)) },
  { weight: 1, arbitrary: fc.stringMatching(/^[!-~][ -~]{0,30}[!-~]$/) },
);

const sometimes = (text: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> =>
  fc.option(text, { nil: undefined, freq: 2 });

/** Trades of a quarter of an hour in any order, and of any time at all. */
const eventTimeArbitrary = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1_381_132_800_000, max: 1_381_133_700_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1 - EVENT_TIME_RANGE_MS, max: EVENT_TIME_RANGE_MS - 1 }) },
  )
  .map(epochMs);

/** Trades of one source and one currency, as one frame can hold them. */
const frameTradeArbitrary: fc.Arbitrary<Trade> = fc.record({
  symbol: symbolArbitrary,
  price: decimalArbitrary,
  size: decimalArbitrary,
  eventTimeMs: eventTimeArbitrary,
  sequence: fc.oneof(fc.nat({ max: 1_000 }), fc.maxSafeNat()),
  venue: sometimes(fc.constantFrom("P", "Q", "", "Börse 📈")),
  conditions: sometimes(fc.constantFrom("20002000", "@", "")),
  source: fc.constant("replay"),
  currency: fc.constant("USD"),
});

/** Trades of several sources and currencies. */
export const tradeArbitrary: fc.Arbitrary<Trade> = fc
  .tuple(
    frameTradeArbitrary,
    sometimes(fc.constantFrom("replay", "sim", "börse")),
    sometimes(fc.constantFrom("USD", "EUR")),
  )
  .map(([trade, source, currency]) => ({ ...trade, source, currency }));

/** Trades in any order, equal ones among them. */
const withRepeats = (trade: fc.Arbitrary<Trade>): fc.Arbitrary<readonly Trade[]> =>
  fc
    .tuple(fc.array(trade), fc.array(fc.nat()))
    .map(([trades, picks]) => [
      ...trades,
      ...(trades.length > 0 ? picks.map((pick) => trades[pick % trades.length]!) : []),
    ]);

export const tradesArbitrary: fc.Arbitrary<readonly Trade[]> = withRepeats(tradeArbitrary);

export const frameTradesArbitrary: fc.Arbitrary<readonly Trade[]> = withRepeats(frameTradeArbitrary);
