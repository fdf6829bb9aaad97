import type { Random } from "#core/random.ts";

const LEAST_MS = 1_000;
const GREATEST_MS = 120_000;

/** How far a wrong clock is ahead, behind when negative: from a second to two minutes, small ones as likely as great ones. */
export const clockSkewMs = (random: Random): number =>
  (random() < 0.5 ? 1 : -1) * Math.round(LEAST_MS * (GREATEST_MS / LEAST_MS) ** random());
