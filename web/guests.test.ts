import { expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { guestsOf } from "./guests.ts";
import { KeptSymbols } from "./kept-symbols.ts";
import { Suggestions } from "./suggestions.ts";
import { SymbolList } from "./symbol-list.ts";

test("a guest came by an address, never traded, and nobody added it", () => {
  let text = "[]";
  const kept = new KeptSymbols(() => ({ getItem: () => text, setItem: (_, value) => void (text = value) }));
  const list = new SymbolList(["IBM"], kept);
  const known = new Suggestions();
  const added = new Set<string>();
  const guests = (): readonly string[] => guestsOf({ list, known, added });
  list.join(["IBM", "MSFT", "YYYY", "ZZZZ"]);
  expect(guests()).toEqual([]);
  const seen = { symbol: "MSFT", seenMs: epochMs(7), isWatched: false };
  known.take({
    type: "symbols",
    symbols: [seen, { symbol: "ZZZZ", seenMs: undefined, isWatched: true }],
    part: 1,
    parts: 1,
  });
  expect(guests()).toEqual(["YYYY", "ZZZZ"]);
  list.add(["YYYY"]);
  added.add("ZZZZ");
  expect(guests()).toEqual([]);
});
