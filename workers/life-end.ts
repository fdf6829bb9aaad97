import { epochMs, type DurationMs, type EpochMs } from "#core/units.ts";

/** Its multiples are spread evenly over the whole numbers between, however many there are. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;
/** No life is shorter than this share of one. */
const LEAST_SHARE = 0.5;

/**
 * When a life of a partition that begins at `nowMs` ends. Each partition's lives end at instants of its own, `lifeMs`
 * apart, so that a worker, or a group of them, does not store all panes at once: a partition waits while its own are
 * stored, and not for those of the others.
 *
 *     partition 0   |---------|---------|---------|
 *     partition 1   ------|---------|---------|----
 *     partition 2   --|---------|---------|--------
 */
export const lifeEnd = (nowMs: EpochMs, lifeMs: DurationMs, partition: number): EpochMs => {
  const phaseMs = Math.floor(((partition * GOLDEN_RATIO) % 1) * lifeMs);
  const livesBefore = Math.ceil((nowMs + lifeMs * LEAST_SHARE - phaseMs) / lifeMs);
  return epochMs(livesBefore * lifeMs + phaseMs);
};
