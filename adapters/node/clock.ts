import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "#core/ports/clock.ts";
import { epochMs } from "#core/units.ts";

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => epochMs(Date.now()),
  sleep: (durationMs) => delay(durationMs),
};
