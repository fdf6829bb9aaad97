import { PipelineError } from "./errors.ts";
import { intervalText, readInterval } from "./interval.ts";
import type { KeptInterval } from "./plan/load.ts";
import { durationMs, type DurationMs } from "./units.ts";

/**
 * Windows `[end - lengthMs, end)` of trade time, one for each `end` that is a multiple of `stepMs` since 1970. A trade is in
 * `lengthMs / stepMs` of them:
 *
 *     steps     |----|----|----|----|
 *     10s/5s    [---------)
 *                    [---------)
 *                         [---------)
 */
export interface SlidingWindow {
  readonly lengthMs: DurationMs;
  /** Divides `lengthMs` and is shorter. */
  readonly stepMs: DurationMs;
}

/** A window is at most so many steps long. */
export const MAX_STEPS = 720;

/** The sliding window that `text` names, length and step as in `10s/5s`; else what it must do, to be said behind a name. */
export const readSlidingWindow = (text: string): SlidingWindow | string => {
  const [lengthMs, stepMs, ...others] = text.split("/").map(readInterval);
  if (lengthMs === undefined || stepMs === undefined || others.length > 0)
    return "must be a length and a step like 10s/5s, each of whole seconds and at most 7d";
  if (lengthMs % stepMs !== 0) return "must have a step that divides its length, as 10s/5s has";
  if (lengthMs === stepMs) return "must be longer than its step: windows of one step are an interval's";
  if (lengthMs > MAX_STEPS * stepMs) return `must be at most ${MAX_STEPS} steps long`;
  return { lengthMs, stepMs };
};

/** Its shortest name, as `10s/5s`; the inverse of {@link readSlidingWindow}. */
export const slidingWindowText = ({ lengthMs, stepMs }: SlidingWindow): string =>
  `${intervalText(lengthMs)}/${intervalText(stepMs)}`;

/**
 * The sliding windows of a setting, each named once.
 * @throws PipelineError TAPE_CONFIG_INVALID with one sentence that starts with the setting's `name`.
 */
export const readSlidingWindows = (texts: readonly string[], name: string): readonly SlidingWindow[] => {
  const windows = texts.map((text) => {
    const window = readSlidingWindow(text);
    if (typeof window === "string") throw invalid(`${name} ${window}, was ${JSON.stringify(text)}`);
    return window;
  });
  const names = windows.map(slidingWindowText);
  const twice = names.find((text, index) => names.indexOf(text) !== index);
  if (twice !== undefined) throw invalid(`${name} must name each one once, was ${JSON.stringify(`${twice} twice`)}`);
  return windows;
};

/** What is folded from a step alone is kept for so long, or for twice the window's length where that is longer. */
const STEP_KEPT_MS = 86_400_000;

/**
 * The stored intervals with the steps of `windows`, the shortest first. A step that is among them is kept as they say.
 * @throws PipelineError TAPE_CONFIG_INVALID when that is shorter than a window is long.
 */
export const withSteps = (
  stored: readonly KeptInterval[],
  windows: readonly SlidingWindow[],
): readonly KeptInterval[] => {
  const steps = new Map<DurationMs, KeptInterval>();
  for (const window of windows) {
    const { lengthMs, stepMs } = window;
    const known = stored.find(({ intervalMs }) => intervalMs === stepMs);
    if (known !== undefined && known.keepMs < lengthMs)
      throw invalid(
        `intervals must keep ${intervalText(stepMs)}, the step of ${slidingWindowText(window)}, for ${intervalText(lengthMs)} at least, was ${known.keepMs / 1_000} s`,
      );
    if (known !== undefined) continue;
    const keepMs = durationMs(Math.max(STEP_KEPT_MS, 2 * lengthMs, steps.get(stepMs)?.keepMs ?? 0));
    steps.set(stepMs, { intervalMs: stepMs, keepMs });
  }
  if (steps.size === 0) return stored;
  return [...stored, ...steps.values()].toSorted((a, b) => a.intervalMs - b.intervalMs);
};

const invalid = (message: string): PipelineError => new PipelineError("TAPE_CONFIG_INVALID", message);
