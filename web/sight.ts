import type { Bar } from "#core/bar.ts";
import type { Axis, LogicalSpan } from "./axis.ts";
import type { ChartView } from "./chart-view.ts";

/** Free places behind the newest bar. */
export const FREE_PLACES = 3;

/** The bars whose middle is in sight. */
export const barsInSight = (view: ChartView): readonly Bar[] => {
  if (view.span === undefined) return [];
  const [from, to] = placesOf(view.axis, view.span);
  return view.bars.filter(({ startMs }) => startMs >= from * 1_000 && startMs <= to * 1_000);
};

/** The first and the last instant at which a place in a span starts. */
const placesOf = ({ times }: Axis, { from, to }: LogicalSpan): readonly [number, number] => [
  times[Math.max(0, Math.ceil(from))] ?? Number.POSITIVE_INFINITY,
  times[Math.min(times.length - 1, Math.floor(to))] ?? Number.NEGATIVE_INFINITY,
];

/** `span` moved as little as shows `place` with a neighbour on each side. */
export const revealed = ({ from, to }: LogicalSpan, place: number): LogicalSpan => {
  const by = Math.min(0, place - 1 - from) + Math.max(0, place + 1 - to);
  return { from: from + by, to: to + by };
};

const LEAST_PLACES = 8;

/** `span` with `factor` times as many places, `place` where it was; of `places` in all, no more than these. */
export const zoomed = ({ from, to }: LogicalSpan, factor: number, place: number, places: number): LogicalSpan => {
  const width = Math.max(LEAST_PLACES, Math.min((to - from) * factor, places + FREE_PLACES));
  const share = (place - from) / (to - from);
  return { from: place - share * width, to: place + (1 - share) * width };
};
