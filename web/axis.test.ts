import fc from "fast-check";
import { expect, test } from "vitest";
import { logicalAt, placeAt, spanOf, timeAt, timesOf, type Axis } from "./axis.ts";

const minutes: Axis = { times: [0, 60, 120], step: 60 };
const tens: Axis = { times: Array.from({ length: 18 }, (_, at) => at * 10), step: 10 };

test("a place is as wide as its window", () => {
  expect([-0.5, 0, 0.5, 2.5, 3.5, -1.5].map((logical) => timeAt(minutes, logical))).toEqual([0, 30, 60, 180, 240, -60]);
});

test("two charts show the same range in steps of their own", () => {
  // the first two minutes are two places of one and twelve of the other
  expect(timesOf(minutes, { from: 0, to: 1 })).toEqual([0, 120]);
  expect(spanOf(tens, [0, 120])).toEqual({ from: 0, to: 11 });
});

test("a gap takes one place", () => {
  const nights: Axis = { times: [0, 60, 86_400], step: 60 };
  expect([timeAt(nights, 1.5), logicalAt(nights, 86_400), logicalAt(nights, 86_460)]).toEqual([86_400, 1.5, 2.5]);
});

test("each instant has one position", () => {
  const axes = fc
    .uniqueArray(fc.integer({ min: 0, max: 2_000 }), { minLength: 1 })
    .map((times): Axis => ({ times: times.toSorted((a, b) => a - b), step: 10 }));
  fc.assert(
    fc.property(axes, fc.integer({ min: -500, max: 2_500 }), (axis, time) => {
      expect(timeAt(axis, logicalAt(axis, time))).toBeCloseTo(time, 6);
    }),
  );
});

test("the place of an instant is the last that has begun", () => {
  expect([-1, 0, 59, 60, 500].map((time) => placeAt(minutes.times, time))).toEqual([-1, 0, 0, 1, 2]);
});
