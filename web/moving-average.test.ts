import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exponentialAverages, simpleAverages } from "./moving-average.ts";

const prices = fc.array(
  fc.integer({ min: 1, max: 10_000_000 }).map((cents) => cents / 100),
  { maxLength: 60 },
);
const counts = fc.integer({ min: 1, max: 70 });
const numbers = (averages: readonly (number | undefined)[]): number[] => averages.map((each) => each ?? -1);

describe("a simple average", () => {
  test("is the mean of as many values, as soon as there are so many", () => {
    expect(simpleAverages([1, 2, 6, 4], 3)).toEqual([undefined, undefined, 3, 4]);
    expect([simpleAverages([], 3), simpleAverages([5], 1)]).toEqual([[], [5]]);
  });

  test("equals the naive mean", () => {
    fc.assert(
      fc.property(prices, counts, (values, count) => {
        for (const [index, average] of simpleAverages(values, count).entries()) {
          const taken = values.slice(Math.max(0, index + 1 - count), index + 1);
          const mean = taken.reduce((sum, each) => sum + each, 0) / count;
          expect(average).toBe(taken.length < count ? undefined : mean);
        }
      }),
    );
  });

  test("changes by a late correction for as many bars as it spans, and comes out as if it had never been otherwise", () => {
    fc.assert(
      fc.property(prices, counts, fc.nat(), fc.integer({ min: 1, max: 999 }), (values, count, at, by) => {
        fc.pre(values.length > 0);
        const place = at % values.length;
        const [before, after] = [
          simpleAverages(values, count),
          simpleAverages(values.with(place, values[place]! + by), count),
        ];
        const differs = after.flatMap((each, index) => (each === before[index] ? [] : [index]));
        const reached = after.flatMap((each, index) =>
          each !== undefined && index >= place && index < place + count ? [index] : [],
        );
        expect(differs).toEqual(reached);
      }),
    );
  });
});

describe("an exponential average", () => {
  test("begins with the first value and follows with two parts in count and one", () => {
    // alpha is 1/2: 8, 8 + 4, then (4 + 12) / 2 and so on
    expect(exponentialAverages([8, 16, 4, 4], 3)).toEqual([undefined, undefined, 8, 6]);
    expect([exponentialAverages([], 3), exponentialAverages([7], 1)]).toEqual([[], [7]]);
  });

  test("keeps its recurrence", () => {
    fc.assert(
      fc.property(prices, counts, (values, count) => {
        const averages = exponentialAverages(values, count);
        const alpha = 2 / (count + 1);
        for (let index = Math.max(1, count); index < values.length; index++)
          expect(averages[index]).toBe(alpha * values[index]! + (1 - alpha) * averages[index - 1]!);
      }),
    );
  });

  test("stays between the least and the greatest value", () => {
    fc.assert(
      fc.property(prices, counts, (values, count) => {
        const averages = exponentialAverages(values, count).filter((each) => each !== undefined);
        for (const each of averages) {
          expect(each).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
          expect(each).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
        }
      }),
    );
  });

  test("is the same before a corrected bar, and from there as if it had never been otherwise", () => {
    fc.assert(
      fc.property(prices, counts, fc.nat(), (values, count, at) => {
        fc.pre(values.length > 0);
        const place = at % values.length;
        const corrected = values.with(place, values[place]! + 1);
        const [before, after] = [exponentialAverages(values, count), exponentialAverages(corrected, count)];
        expect(numbers(after).slice(0, place)).toEqual(numbers(before).slice(0, place));
        const alpha = 2 / (count + 1);
        const share = place === 0 ? 1 : alpha;
        for (let index = Math.max(place, count - 1); index < values.length; index++)
          expect(after[index]! - before[index]!).toBeCloseTo(share * (1 - alpha) ** (index - place), 6);
      }),
    );
  });
});
