import fc from "fast-check";
import { expect, test } from "vitest";
import { touchedOf } from "./load.ts";

/** None, or so many that their ratios are numbers of full precision. */
const counts = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e9, noNaN: true }));

test("hits touch no more slots than there are, nor than there are hits", () => {
  fc.assert(
    fc.property(counts, counts, (slots, hits) => {
      const touched = touchedOf(slots, hits);
      expect(touched).toBeGreaterThanOrEqual(0);
      expect(touched).toBeLessThanOrEqual(Math.min(slots, hits) * (1 + 1e-9));
    }),
  );
});

test.each([
  [0, 10, 0],
  [4, 1_000, 4],
  [1_000_000, 10, 10],
])("of %d slots %d hits touch about %d", (slots, hits, touched) => {
  expect(touchedOf(slots, hits)).toBeCloseTo(touched, 3);
});
