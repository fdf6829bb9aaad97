import fc from "fast-check";
import { expect, test } from "vitest";
import { TopicSet } from "./topic-set.ts";

const arbitrarySet = fc.uniqueArray(fc.nat(6), { maxLength: 5 }).map((numbers) => numbers.toSorted((a, b) => a - b));
const grown = (from: TopicSet, numbers: readonly number[]): TopicSet =>
  numbers.reduce((topics, number) => topics.with(number), from);

test("equal sets are one object, and others are not", () => {
  fc.assert(
    fc.property(fc.array(arbitrarySet, { minLength: 2, maxLength: 20 }), (sets) => {
      const nobody = new TopicSet();
      const all = sets.map((numbers) => grown(nobody, numbers));
      expect(all.map((topics) => topics.numbers())).toEqual(sets);
      expect(new Set(all).size).toBe(new Set(sets.map(String)).size);
    }),
  );
});

test("a number that comes twice is in it once", () => {
  expect(grown(new TopicSet(), [0, 0, 3, 3]).numbers()).toEqual([0, 3]);
});

test("rejects a number that is less than the greatest", () => {
  expect(() => grown(new TopicSet(), [3, 1])).toThrow(new RangeError("numbers must ascend, was 1 after 3"));
});
