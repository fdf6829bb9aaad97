import fc from "fast-check";
import { expect, test } from "vitest";
import { revealed, zoomed } from "./sight.ts";

const spans = fc
  .tuple(fc.double({ min: -50, max: 900, noNaN: true }), fc.double({ min: 8, max: 200, noNaN: true }))
  .map(([from, width]) => ({ from, to: from + width }));

test("a place out of sight is brought in by the shortest way, and one in sight moves nothing", () => {
  const span = { from: 10, to: 20 };
  expect([revealed(span, 15), revealed(span, 5), revealed(span, 25)]).toEqual([
    span,
    { from: 4, to: 14 },
    { from: 16, to: 26 },
  ]);
});

test("a revealed span is as wide as before and holds the place", () => {
  fc.assert(
    fc.property(spans, fc.integer({ min: 0, max: 999 }), (span, place) => {
      const { from, to } = revealed(span, place);
      expect(to - from).toBeCloseTo(span.to - span.from, 6);
      expect(from <= place && place <= to).toBe(true);
    }),
  );
});

test("what one zooms at stays where it is", () => {
  fc.assert(
    fc.property(
      spans,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(0.8, 1.25),
      (span, share, factor) => {
        const place = span.from + share * (span.to - span.from);
        const { from, to } = zoomed(span, factor, place, 1_000);
        expect((place - from) / (to - from)).toBeCloseTo(share, 6);
      },
    ),
  );
});

test("zooming ends at eight places, and at all of them", () => {
  expect(zoomed({ from: 0, to: 8 }, 0.8, 4, 100)).toEqual({ from: 0, to: 8 });
  expect(zoomed({ from: 0, to: 100 }, 1.25, 0, 100)).toEqual({ from: 0, to: 103 });
});
