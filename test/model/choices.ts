import { createRandom } from "#core/random.ts";

/** A seeded source of choices, so that one seed is one run. */
export interface Choices {
  /** In `[0, 1)`. */
  next(): number;
  /** A whole number in `[0, below)`. */
  below(below: number): number;
  isBelow(probability: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
}

export const createChoices = (seed: number): Choices => {
  const next = createRandom(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    isBelow: (probability) => next() < probability,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new RangeError("there must be something to pick from");
      return value;
    },
  };
};
