import { expect, test } from "vitest";
import { barsOf } from "#core/bars.ts";
import { durationMs } from "#core/units.ts";
import { pane } from "#test/pane-fixture.ts";
import { quoteOf, shareOf } from "./quote.ts";

const minute = durationMs(60_000);
const bars = barsOf(
  [1, 5, 9].map((last, index) => pane({ startMs: index * minute, last })),
  minute,
);

test("a quote has the last price, what it is measured against, and the volume since then", () => {
  const quote = quoteOf(bars, minute)!;
  expect(quote).toEqual({ last: 1.09, scale: 2, from: 1.05, volume: 14, tradedMs: 2 * minute });
  expect(shareOf(quote)).toBeCloseTo(0.0381, 4);
});

test("nothing is measured where nothing was traded since", () => {
  const quote = quoteOf(bars, 3 * minute)!;
  expect([quote.last, quote.from, quote.volume, shareOf(quote)]).toEqual([1.09, undefined, 0, undefined]);
  expect(quoteOf([], 0)).toBeUndefined();
});
