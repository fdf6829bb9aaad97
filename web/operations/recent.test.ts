import fc from "fast-check";
import { expect, test } from "vitest";
import { Recent, RECENT_MS } from "./recent.ts";

test("half of the values do not exceed the median, and 95 of 100 not the other", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 200 }), (values) => {
      const recent = new Recent();
      for (const value of values) recent.add(value, 0);
      const { p50, p95, count } = recent.quantiles(0)!;
      const withinOf = (most: number): number => values.filter((value) => value <= most).length / values.length;
      expect(count).toBe(values.length);
      expect(withinOf(p50)).toBeGreaterThanOrEqual(0.5);
      expect(withinOf(p95)).toBeGreaterThanOrEqual(0.95);
      expect(withinOf(p50 - 1)).toBeLessThan(0.5);
      expect(withinOf(p95 - 1)).toBeLessThan(0.95);
    }),
  );
});

test("what is older than a minute is forgotten", () => {
  const recent = new Recent();
  recent.add(7, 0);
  recent.add(9, 1_000);
  expect([recent.sum(RECENT_MS - 1), recent.count(RECENT_MS - 1)]).toEqual([16, 2]);
  expect(recent.quantiles(RECENT_MS)).toEqual({ p50: 9, p95: 9, count: 1 });
  expect([recent.quantiles(RECENT_MS + 1_000), recent.count(0)]).toEqual([undefined, 0]);
});
