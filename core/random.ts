const STEP = 0x6d2b79f5;

/** A source of numbers in `[0, 1)`. */
export type Random = () => number;

/**
 * A seeded source: the same seed gives the same numbers, for ever, from the one on that `skipped` come before. Mulberry32,
 * for simulation and tests only.
 */
export const createRandom = (seed: number, skipped = 0): Random => {
  let state = (seed + Math.imul(skipped, STEP)) | 0;
  return () => {
    state = (state + STEP) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
