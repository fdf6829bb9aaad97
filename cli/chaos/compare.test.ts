import { describe, expect, test } from "vitest";
import { compareRows, intervalOf, isEqual, startOf } from "./compare.ts";

const row = (symbol: string, start: number, close = "181"): string =>
  [symbol, "10s", start, start + 10_000, 2, "180", "182", "179", close, "300", "180.5", "180.6", start, start + 9].join(
    ",",
  );

const [first, second] = [row("IBM", 0), row("IBM", 10_000)];

describe("a comparison with the oracle", () => {
  test("is equal when every bar is there and the same, whatever the order", () => {
    const comparison = compareRows([second, first], [first, second]);
    expect(comparison).toEqual({ compared: 2, expected: 2, unequal: [] });
    expect(isEqual(comparison)).toBe(true);
  });

  test("shows a bar that differs in one cell, both rows in full", () => {
    const wrong = row("IBM", 10_000, "181.01");
    const comparison = compareRows([first, wrong], [first, second]);
    expect(comparison.unequal).toEqual([{ bar: "IBM,10s,10000", found: wrong, expected: second }]);
    expect([comparison.compared, isEqual(comparison)]).toEqual([2, false]);
  });

  test("counts a bar that is missing as not compared, and one that must not be as unequal", () => {
    const missing = compareRows([first], [first, second]);
    expect(missing).toEqual({
      compared: 1,
      expected: 2,
      unequal: [{ bar: "IBM,10s,10000", found: undefined, expected: second }],
    });
    const extra = compareRows([first, second], [first]);
    expect(extra).toEqual({
      compared: 1,
      expected: 1,
      unequal: [{ bar: "IBM,10s,10000", found: second, expected: undefined }],
    });
    expect([isEqual(missing), isEqual(extra)]).toEqual([false, false]);
  });

  test("rejects a bar with two rows", () => {
    expect(() => compareRows([first, first], [first])).toThrow("a bar must have one row");
  });

  test("reads a row from its end, as a symbol may hold commas", () => {
    const odd = row("A,B", 20_000);
    expect([intervalOf(odd), startOf(odd)]).toEqual(["10s", 20_000]);
    expect(isEqual(compareRows([odd], [odd]))).toBe(true);
  });
});
