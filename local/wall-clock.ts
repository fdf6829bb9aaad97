import { setTimeout as delay } from "node:timers/promises";
import { epochMs, type EpochMs } from "#core/units.ts";

/** The time by which shards are polled, windows close and failed batches are tried again. */
export interface CloudClock {
  nowMs(): EpochMs;
  /** Resolves after `durationMs`, or once `signal` is aborted. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

export const wallClock: CloudClock = {
  nowMs: () => epochMs(Date.now()),
  sleep: async (durationMs, signal) => {
    try {
      await delay(durationMs, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  },
};
