/** No chunk is larger. */
export const CHUNK = 256;

/**
 * Calls `take` with `[0, 256)`, `[256, 512)` and so on up to `count`. A loop over ten thousands of rows that is run once a
 * batch is hot, and yet never compiled as what it is: V8 replaces it while it runs, and throws that away when it ends.
 * Cut into calls, the loop is a function that is called often.
 */
export const inChunks = (count: number, take: (from: number, to: number) => void): void => {
  for (let from = 0; from < count; from += CHUNK) take(from, Math.min(count, from + CHUNK));
};
