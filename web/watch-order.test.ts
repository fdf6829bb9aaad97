import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Quote } from "./quote.ts";
import { search, sorted, sortingAfter, SORT_KEYS, type Sorting } from "./watch-order.ts";

const quote = (last: number, from: number | undefined = 100): Quote => ({
  last,
  scale: 2,
  from,
  volume: last * 10,
  tradedMs: 0,
});

describe("a sorted list", () => {
  test.each([
    ["symbol", false, ["A", "B", "C", "D"]],
    ["symbol", true, ["D", "C", "B", "A"]],
    ["last", true, ["C", "A", "B", "D"]],
    ["last", false, ["B", "A", "C", "D"]],
    ["volume", true, ["C", "A", "B", "D"]],
    ["change", true, ["A", "B", "C", "D"]],
  ] as const)("by %s, descending %s, is %j, with what is not known at its end", (key, isDown, order) => {
    const quotes = new Map([
      ["A", quote(101)],
      ["B", quote(99)],
      ["C", { ...quote(300), from: key === "change" ? undefined : 100 }],
    ]);
    expect(sorted(["B", "D", "A", "C"], { key, isDown }, (symbol) => quotes.get(symbol))).toEqual(
      key === "change" ? ["A", "B", "D", "C"] : order,
    );
  });

  test("has the same symbols, and equals in their order", () => {
    const key = fc.constantFrom(...SORT_KEYS);
    const symbols = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(symbols, key, fc.boolean(), (list, by, isDown) => {
        expect(sorted(list, { key: by, isDown }, () => undefined).toSorted()).toEqual(list.toSorted());
        if (by !== "symbol") expect(sorted(list, { key: by, isDown }, () => quote(5))).toEqual(list);
      }),
    );
  });

  test("goes back to its own order with the third press", () => {
    const presses = (key: Sorting["key"]): readonly unknown[] => {
      const first = sortingAfter(undefined, key);
      const second = sortingAfter(first, key);
      return [first?.isDown, second?.isDown, sortingAfter(second, key)];
    };
    expect(presses("symbol")).toEqual([false, true, undefined]);
    expect(presses("change")).toEqual([true, false, undefined]);
    expect(sortingAfter({ key: "last", isDown: false }, "volume")).toEqual({ key: "volume", isDown: true });
  });
});

describe("a search", () => {
  const list = ["AIG", "BAC", "IBM", "btc-usd"];
  const known = ["IBM", "MSFT", "IBMX", "AAPL"];

  test.each([
    ["", list, [], undefined],
    ["  ", list, [], undefined],
    ["ibm", ["IBM"], ["IBMX"], "IBM"],
    ["b", ["BAC", "IBM", "btc-usd"], ["IBMX", "B"], "BAC"],
    ["BTC-", ["btc-usd"], ["BTC-"], "btc-usd"],
    ["msft", [], ["MSFT"], "MSFT"],
    ["ms", [], ["MSFT", "MS"], "MSFT"],
    ["tsla", [], ["TSLA"], "TSLA"],
    ["BM", ["IBM"], ["IBMX", "BM"], "IBM"],
    ["é", [], [], undefined],
  ])("of %j finds %j, offers %j, and takes %s", (typed, listed, offered, best) => {
    expect(search(typed, list, known)).toEqual({ listed, offered, best });
  });
});
