import type { Clock } from "#core/ports/clock.ts";
import { epochMs, type EpochMs } from "#core/units.ts";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /**
   * Moves on by `spanMs`, stopping wherever a sleep ends, so that who wakes up sees that time and may sleep again within
   * the span. Resolves when all that were due have run until they wait for something else.
   */
  advance(spanMs: number): Promise<void>;
}

/** A clock at `startMs`. */
export const createManualClock = (startMs: EpochMs): ManualClock => {
  let now: number = startMs;
  let sleepers: readonly { readonly dueMs: number; readonly wake: () => void }[] = [];
  return {
    nowMs: () => epochMs(now),

    sleep: (durationMs) =>
      new Promise((wake) => {
        sleepers = [...sleepers, { dueMs: now + durationMs, wake }].toSorted((a, b) => a.dueMs - b.dueMs);
      }),

    advance: async (spanMs) => {
      const endMs = now + spanMs;
      await settled();
      for (let next = sleepers[0]; next !== undefined && next.dueMs <= endMs; next = sleepers[0]) {
        sleepers = sleepers.slice(1);
        now = next.dueMs;
        next.wake();
        await settled();
      }
      now = endMs;
    },
  };
};

/** Resolves when every promise job now in the queue has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
