import { durationMs, epochMs, type DurationMs, type EpochMs } from "./units.ts";

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `[startMs, endMs)` of trade time, aligned to the epoch. */
export interface Window {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/**
 * The interval that `text` names: a whole number and `s`, `m`, `h` or `d`, at most seven days.
 * Returns undefined when it names none.
 */
export const readInterval = (text: string): DurationMs | undefined => {
  const match = /^([1-9]\d{0,6})([smhd])$/.exec(text);
  if (match === null) return undefined;
  const sizeMs = Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  return sizeMs <= 7 * UNITS.d ? durationMs(sizeMs) : undefined;
};

/** The shortest name of an interval: `"10s"`, `"1m"`, `"1h"`; the inverse of {@link readInterval}. */
export const intervalText = (intervalMs: DurationMs): string => {
  for (const [name, sizeMs] of Object.entries(UNITS).toReversed()) {
    if (intervalMs % sizeMs === 0) return `${intervalMs / sizeMs}${name}`;
  }
  throw new RangeError(`an interval must be whole seconds, was ${intervalMs} ms`);
};

/** The start of the tumbling window of `sizeMs` that holds `eventTimeMs`. */
export const windowStart = (eventTimeMs: EpochMs, sizeMs: DurationMs): EpochMs =>
  epochMs(Math.floor(eventTimeMs / sizeMs) * sizeMs);

/** The tumbling window of `sizeMs` that holds `eventTimeMs`. */
export const windowOf = (eventTimeMs: EpochMs, sizeMs: DurationMs): Window => {
  const startMs = windowStart(eventTimeMs, sizeMs);
  return { startMs, endMs: epochMs(startMs + sizeMs) };
};

/**
 * The longest stored interval that `intervalMs` is a whole multiple of, from which it is folded.
 * Returns undefined when there is none.
 */
export const storedIntervalFor = (intervalMs: DurationMs, storedMs: readonly DurationMs[]): DurationMs | undefined =>
  storedMs.filter((stored) => intervalMs % stored === 0).toSorted((a, b) => b - a)[0];
