import { expect, test } from "vitest";
import { KeptSymbols } from "./kept-symbols.ts";
import { SymbolList } from "./symbol-list.ts";

const keptOf = (...symbols: readonly string[]): KeptSymbols => {
  let text = JSON.stringify(symbols);
  return new KeptSymbols(() => ({ getItem: () => text, setItem: (_, value) => void (text = value) }));
};

const many = (count: number, letter = "S"): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index}`);

test("the server's symbols come first, and only the reader's own can go", () => {
  const kept = keptOf("TSLA", "IBM");
  const list = new SymbolList(["IBM", "SPY"], kept);
  expect([list.symbols, list.own]).toEqual([["IBM", "SPY", "TSLA"], ["TSLA"]]);
  expect(list.add(["MSFT", "SPY", "no symbol at all, for it is too long", "MSFT"])).toEqual(["MSFT"]);
  expect(kept.read()).toEqual(["TSLA", "IBM", "MSFT"]);
  list.remove("TSLA");
  expect([list.symbols, list.own, kept.read()]).toEqual([["IBM", "SPY", "MSFT"], ["MSFT"], ["IBM", "MSFT"]]);
});

test("what joins for this visit is not kept", () => {
  const kept = keptOf();
  const list = new SymbolList(["IBM"], kept);
  expect([list.join(["TSLA", ""]), list.isOwn("TSLA"), kept.read()]).toEqual([["TSLA"], true, []]);
});

test("groups hold 100 symbols at most, and those that are full stay as they are", () => {
  const list = new SymbolList(many(250), keptOf());
  const before = list.groups;
  expect(before.map(({ length }) => length)).toEqual([100, 100, 50]);
  list.add(["A1"]);
  list.add(["A2"]);
  expect(list.groups.map(({ length }) => length)).toEqual([100, 100, 50, 2]);
  expect(list.groups.slice(0, 3)).toEqual(before);
  list.add(many(120, "B"));
  list.remove("S0");
  list.remove("A1");
  list.remove("A2");
  expect(list.groups.map(({ length }) => length)).toEqual([99, 100, 50, 100, 20]);
  expect(list.groups.flat().toSorted()).toEqual(list.symbols.toSorted());
});

test("a list holds a thousand symbols at most", () => {
  const list = new SymbolList(many(990), keptOf());
  expect([list.add(many(50, "B")).length, list.symbols.length, list.add(["C"])]).toEqual([10, 1_000, []]);
});
