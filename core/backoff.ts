import { durationMs, type DurationMs } from "./units.ts";

export interface Backoff {
  /** The longest pause after the first failure; it doubles with each further one. */
  readonly firstMs: DurationMs;
  readonly longestMs: DurationMs;
}

/**
 * The pause after the `failures`-th failure in a row, from 1: the share `fraction` in [0, 1) of a span that doubles up to
 * its limit, and at least 1 ms. A random fraction spreads clients that failed together.
 * Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export const backoffMs = ({ firstMs, longestMs }: Backoff, failures: number, fraction: number): DurationMs =>
  durationMs(Math.max(1, Math.floor(Math.min(longestMs, firstMs * 2 ** (failures - 1)) * fraction)));
