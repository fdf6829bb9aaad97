import type { Random } from "#core/random.ts";

/** One of `values`, of which there must be some. */
export const pick = <Value>(random: Random, values: readonly Value[]): Value => {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError("there must be something to pick from, was nothing");
  return value;
};
