import type { SlidingWindow } from "#core/sliding-window.ts";
import type { DurationMs } from "#core/units.ts";

/** The windows whose bars are handed over: sliding ones, or tumbling ones, whose step is their length. */
export type PublishedWindow = SlidingWindow;

/** Windows of `intervalMs` side by side. */
export const tumbling = (intervalMs: DurationMs): PublishedWindow => ({ lengthMs: intervalMs, stepMs: intervalMs });

export const isTumbling = ({ lengthMs, stepMs }: PublishedWindow): boolean => lengthMs === stepMs;
