import type { LifeRules } from "#core/life.ts";
import { readSlidingWindows, slidingWindowText, withSteps, type SlidingWindow } from "#core/sliding-window.ts";
import type { DurationMs } from "#core/units.ts";
import {
  readDurationMs,
  readStoredIntervals,
  storedIntervalsText,
  type Environment,
  type StoredInterval,
} from "#lambdas/environment.ts";
import { readTexts } from "./environment.ts";

/** What bars are kept, for how long, and what is late. The same for all workers. */
export interface RulesConfig {
  /** With the steps of sliding averages. */
  readonly intervals: readonly StoredInterval[];
  readonly slidingAverages: readonly SlidingWindow[];
  readonly rejectedKeepMs: DurationMs;
  readonly ticksRetentionMs: DurationMs;
  readonly maxOutOfOrdernessMs: DurationMs;
  /** How far an event time may be ahead of its record's arrival. */
  readonly clockSkewMs: DurationMs;
}

/** @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form. */
export const readRules = (env: Environment): RulesConfig => {
  const slidingAverages = readSlidingWindows(readTexts(env, "SLIDING_AVERAGES"), "SLIDING_AVERAGES");
  return {
    intervals: withSteps(readStoredIntervals(env, "INTERVALS_MS"), slidingAverages),
    slidingAverages,
    rejectedKeepMs: readDurationMs(env, "REJECTED_KEEP_MS"),
    ticksRetentionMs: readDurationMs(env, "TICKS_RETENTION_MS"),
    maxOutOfOrdernessMs: readDurationMs(env, "MAX_OUT_OF_ORDERNESS_MS"),
    clockSkewMs: readDurationMs(env, "CLOCK_SKEW_MS"),
  };
};

/** The environment variables that {@link readRules} reads back. */
export const rulesEnvironment = (config: RulesConfig): Record<string, string> => ({
  INTERVALS_MS: storedIntervalsText(config.intervals),
  SLIDING_AVERAGES: config.slidingAverages.map(slidingWindowText).join(","),
  REJECTED_KEEP_MS: String(config.rejectedKeepMs),
  TICKS_RETENTION_MS: String(config.ticksRetentionMs),
  MAX_OUT_OF_ORDERNESS_MS: String(config.maxOutOfOrdernessMs),
  CLOCK_SKEW_MS: String(config.clockSkewMs),
});

/** A worker's state stays in its process: this much of it is more than any life folds. */
const MAX_STATE_BYTES = 64_000_000;

export const lifeRulesOf = ({ intervals, ...config }: RulesConfig): LifeRules => ({
  intervalsMs: intervals.map(({ intervalMs }) => intervalMs),
  maxOutOfOrdernessMs: config.maxOutOfOrdernessMs,
  clockSkewMs: config.clockSkewMs,
  maxStateBytes: MAX_STATE_BYTES,
  retentionMs: config.ticksRetentionMs,
});
