import type { ChartTime } from "./points.ts";

/**
 * The time axis of a chart. Its places are numbered from 0, and place `i` reaches from `i - 0.5` to `i + 0.5`:
 *
 *     logical   -0.5      0.5      1.5      2.5
 *     place       |   0    |   1    |   2    |
 *     time      times[0] times[1] times[2] times[2] + step
 *
 * So one instant lies at the same share of the width of two charts that show the same range, whatever their steps.
 */
export interface Axis {
  /** Where each place starts, in order. */
  readonly times: readonly ChartTime[];
  /** How much time a place beyond the ends would take. */
  readonly step: number;
}

/** The instant at a logical position of `axis`, which must have a place. */
export const timeAt = ({ times, step }: Axis, logical: number): ChartTime => {
  const edge = logical + 0.5;
  const place = Math.floor(edge);
  const start = times[place];
  if (start !== undefined) return start + (edge - place) * ((times[place + 1] ?? start + step) - start);
  return place < 0 ? times[0]! + edge * step : times.at(-1)! + (edge - times.length + 1) * step;
};

/** The logical position of an instant: the inverse of {@link timeAt}. */
export const logicalAt = ({ times, step }: Axis, time: ChartTime): number => {
  const place = placeAt(times, time);
  const start = times[place];
  if (start === undefined) return (time - times[0]!) / step - 0.5;
  return place + (time - start) / ((times[place + 1] ?? start + step) - start) - 0.5;
};

/** A stretch of logical positions as the library has it: from the middle of the first place to the middle of the last. */
export interface LogicalSpan {
  readonly from: number;
  readonly to: number;
}

/** The time from the left edge of the first place of a span to the right edge of its last. */
export const timesOf = (axis: Axis, { from, to }: LogicalSpan): readonly [ChartTime, ChartTime] => [
  timeAt(axis, from - 0.5),
  timeAt(axis, to + 0.5),
];

/** The span whose places fill a stretch of time: the inverse of {@link timesOf}. */
export const spanOf = (axis: Axis, [from, to]: readonly [ChartTime, ChartTime]): LogicalSpan => ({
  from: logicalAt(axis, from) + 0.5,
  to: logicalAt(axis, to) - 0.5,
});

/** The last place that starts at `time` or before, -1 if none does. */
export const placeAt = (times: readonly ChartTime[], time: ChartTime): number => {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (times[middle]! <= time) from = middle + 1;
    else to = middle;
  }
  return from - 1;
};
