import { intervalText, readInterval, storedIntervalFor } from "#core/interval.ts";
import { durationMs, epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { readSlidingWindow, slidingWindowText, type SlidingWindow } from "#core/sliding-window.ts";
import { usage } from "./command.ts";

/** @throws PipelineError TAPE_USAGE */
export const readSpeed = (text: string): number | "max" => {
  if (text === "max") return text;
  if (!/^(?=.*[1-9])\d{1,6}(\.\d{1,3})?$/.test(text))
    throw usage(`--speed must be "max" or a positive number, was ${JSON.stringify(text)}`);
  return Number(text);
};

/** A whole number in `[least, greatest]`. @throws PipelineError TAPE_USAGE */
export const readWhole = (flag: string, text: string, least: number, greatest: number): number => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= greatest)) {
    throw usage(`${flag} must be a whole number from ${least} to ${greatest}, was ${JSON.stringify(text)}`);
  }
  return value;
};

/** How long an idle shard waits before its arrival window is taken to be over. @throws PipelineError TAPE_USAGE */
export const readIdleClose = (text = "1"): DurationMs =>
  durationMs(readWhole("--idle-close", text, 1, LONGEST_IDLE_CLOSE_SECONDS) * 1_000);

const LONGEST_IDLE_CLOSE_SECONDS = 120;

/** The length of bars. @throws PipelineError TAPE_USAGE */
export const readBarInterval = (text: string): DurationMs => {
  const intervalMs = readInterval(text);
  if (intervalMs === undefined) throw usage(`--interval must be like 10s, 5m, 1h or 1d, was ${JSON.stringify(text)}`);
  return intervalMs;
};

/** @throws PipelineError TAPE_USAGE unless bars of that length are stored or fold from stored ones. */
export const mustBeOffered = (intervalMs: DurationMs, storedMs: readonly DurationMs[]): void => {
  if (storedIntervalFor(intervalMs, storedMs) !== undefined) return;
  const stored = storedMs.map(intervalText).join(", ");
  throw usage(`--interval must be a multiple of a stored interval (${stored}), was ${intervalText(intervalMs)}`);
};

/** The sliding windows of a flag that may repeat, each once. @throws PipelineError TAPE_USAGE */
export const readSliding = (texts: readonly string[]): readonly SlidingWindow[] => {
  const windows = texts.map((text) => {
    const window = readSlidingWindow(text);
    if (typeof window === "string") throw usage(`--sliding ${window}, was ${JSON.stringify(text)}`);
    return window;
  });
  return [...new Map(windows.map((window) => [slidingWindowText(window), window])).values()];
};

/** @throws PipelineError TAPE_USAGE unless the windows fold from stored panes. */
export const mustBeFolded = (window: SlidingWindow, storedMs: readonly DurationMs[]): void => {
  if (storedIntervalFor(window.stepMs, storedMs) !== undefined) return;
  const [name, stored] = [slidingWindowText(window), storedMs.map(intervalText).join(", ")];
  throw usage(
    `--sliding must have a step that is a multiple of a stored interval (${stored}), was ${name}; ` +
      `npm start -- --sliding ${name} stores it`,
  );
};

/** An instant: ISO 8601 with a zone, or milliseconds since 1970. @throws PipelineError TAPE_USAGE */
export const readInstant = (flag: string, text: string): EpochMs => {
  const isZoned = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const value = /^\d{1,15}$/.test(text) ? Number(text) : isZoned ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value)) {
    throw usage(
      `${flag} must be like 2013-10-07, 2013-10-07T13:30:00Z or milliseconds since 1970, was ${JSON.stringify(text)}`,
    );
  }
  return epochMs(value);
};
