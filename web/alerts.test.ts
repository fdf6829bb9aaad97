import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isReached, keepAlerts, readAlerts, type Look } from "./alerts.ts";

/** The bars of trades at these prices, three trades a bar. */
const looksOf = (prices: readonly number[]): readonly Look[] =>
  Array.from({ length: Math.ceil(prices.length / 3) }, (_, bar) => {
    const inside = prices.slice(bar * 3, bar * 3 + 3);
    return { startMs: bar, high: Math.max(...inside), low: Math.min(...inside), close: inside.at(-1)! };
  });

describe("a price is reached", () => {
  test("when it is met or passed over, and not by what was before the first look", () => {
    const before = { startMs: 0, high: 12, low: 8, close: 10 };
    const moved = (change: Partial<Look>): readonly Look[] => [{ ...before, ...change }];
    expect(isReached(11, before, moved({}))).toBe(false);
    expect(isReached(11, before, moved({ close: 11 }))).toBe(true);
    expect(isReached(11, before, moved({ close: 11.5 }))).toBe(true);
    // a spike that is over already
    expect(isReached(13, before, moved({ high: 13.5 }))).toBe(true);
    expect(isReached(13, before, [...moved({}), { startMs: 1, high: 14, low: 9, close: 9 }])).toBe(true);
    expect(isReached(7, before, [...moved({}), { startMs: 1, high: 14, low: 9, close: 9 }])).toBe(false);
  });

  test("whenever trades after the first look made a new extreme or closed beyond it", () => {
    const prices = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(prices, fc.integer({ min: 1, max: 40 }), fc.nat(), (trades, price, at) => {
        const seen = 1 + (at % (trades.length - 1));
        const [before, after] = [looksOf(trades.slice(0, seen)).at(-1)!, looksOf(trades)];
        const later = after.filter(({ startMs }) => startMs >= before.startMs);
        const between = trades.slice(seen - 1);
        const isBetween = Math.min(...between) <= price && price <= Math.max(...between);
        // never says so without a trade that did it; a return inside the first bar's own range may go unseen
        if (isReached(price, before, later)) expect(isBetween).toBe(true);
        else if (isBetween) expect(before.low <= price && price <= before.high).toBe(true);
      }),
    );
  });
});

test("alerts are kept, and what is none is left out", () => {
  let kept = "";
  const place = () => ({ getItem: () => kept, setItem: (_: string, text: string) => void (kept = text) });
  const alerts = [
    { symbol: "IBM", price: "168.5" },
    { symbol: "SPY", price: "9", reachedMs: 1 },
  ];
  keepAlerts(place, alerts);
  expect(readAlerts(place)).toEqual(alerts);
  kept = JSON.stringify([null, { symbol: "IBM", price: "x" }, { symbol: 3 }, alerts[0]]);
  expect(readAlerts(place)).toEqual([alerts[0]]);
  kept = "{[";
  expect(readAlerts(place)).toEqual([]);
});
