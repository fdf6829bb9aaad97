import { expect, test } from "vitest";
import { KeptSymbols, type KeepingPlace } from "./kept-symbols.ts";

const placeOf = (...entries: readonly (readonly [string, string])[]): KeepingPlace => {
  const items = new Map(entries);
  const place = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
  return () => place;
};

test("keeps what was added, and what another tab added", () => {
  const place = placeOf();
  const [one, other] = [new KeptSymbols(place), new KeptSymbols(place)];
  one.add("TSLA");
  other.add("BTC-USD");
  one.add("TSLA");
  expect(one.read()).toEqual(["BTC-USD", "TSLA"]);
  other.remove("TSLA");
  expect(one.read()).toEqual(["BTC-USD"]);
});

test.each(["", "no JSON", "7", "null", '{"0":"IBM"}'])("takes %j for an empty list", (text) => {
  expect(new KeptSymbols(placeOf(["tapestream.symbols", text])).read()).toEqual([]);
});

test("takes symbols alone from a list", () => {
  const text = JSON.stringify(["IBM", 7, null, "", "x".repeat(500), "IBM", "SPY", ["BAC"]]);
  expect(new KeptSymbols(placeOf(["tapestream.symbols", text])).read()).toEqual(["IBM", "SPY"]);
});

test("does without where the browser forbids it", () => {
  const kept = new KeptSymbols(() => {
    throw new DOMException("access is denied", "SecurityError");
  });
  kept.add("IBM");
  kept.remove("IBM");
  expect(kept.read()).toEqual([]);
});
