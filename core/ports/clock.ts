import type { DurationMs, EpochMs } from "../units.ts";

/** Wall time. It serves idleness, linger, leases and metrics; no bar depends on it. */
export interface Clock {
  nowMs(): EpochMs;

  /** Resolves after `durationMs`. */
  sleep(durationMs: DurationMs): Promise<void>;
}
