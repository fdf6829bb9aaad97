import { meanText } from "#core/bars.ts";
import type { Bar } from "#core/bar.ts";
import { decimalText, type Decimal, type WideDecimal } from "#core/decimal.ts";
import { sections, type PassOf } from "./passes.ts";

/** Seconds since 1970, which is how the charts count. */
export type ChartTime = number;

export interface CandlePoint {
  readonly time: ChartTime;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export interface ValuePoint {
  readonly time: ChartTime;
  readonly value: number;
  /** Of the line from here to the next point; the line's own, if left out. */
  readonly color?: string;
}

/** A place on the time axis where nothing was traded. */
export interface GapPoint {
  readonly time: ChartTime;
}

/** Longer silences, as over a night, take no place. */
const LONGEST_GAP = 360;

/** As drawn: a screen needs no more than a float holds. */
export const numberOf = (decimal: Decimal | WideDecimal): number => Number(decimalText(decimal));

export const candleOf = ({ startMs, content }: Bar): CandlePoint => ({
  time: startMs / 1_000,
  open: numberOf(content.open.price),
  high: numberOf(content.high),
  low: numberOf(content.low),
  close: numberOf(content.close.price),
});

const closeOf = ({ startMs, content }: Bar): ValuePoint => ({
  time: startMs / 1_000,
  value: numberOf(content.close.price),
});

const UNSEEN = "transparent";

/** `pieces`, which follow one another, as one line with nothing between one piece and the next. */
export const joined = (pieces: readonly (readonly ValuePoint[])[]): readonly ValuePoint[] =>
  pieces.flatMap((points, index) => {
    const last = points.at(-1);
    return index === pieces.length - 1 || last === undefined
      ? points
      : [...points.slice(0, -1), { ...last, color: UNSEEN }];
  });

/** The closes of `bars` as a line that is broken where one pass of a replay ends and the next begins. */
export const closesOf = (bars: readonly Bar[], of: PassOf): readonly ValuePoint[] =>
  joined(sections(bars, of).map((section) => section.map(closeOf)));

/**
 * The line of the price itself: the closes of `fine` bars, and before them those of longer `bars`, each in the last place
 * that a fine bar of it could take, as that is when the price was such.
 */
export const priceLine = (bars: readonly Bar[], fine: readonly Bar[], of: PassOf): readonly ValuePoint[] => {
  const [first] = fine;
  if (first === undefined) return [];
  const older = bars.filter(({ endMs }) => endMs <= first.startMs);
  return closesOf([...older, ...fine], of).map((point, index) => {
    const bar = older[index];
    return bar === undefined ? point : { ...point, time: (bar.endMs - first.intervalMs) / 1_000 };
  });
};

/** `points` with a place for each window of `stepSeconds` that has none, so that time runs evenly. */
export const evenly = <Point extends GapPoint>(
  points: readonly Point[],
  stepSeconds: number,
): readonly (Point | GapPoint)[] =>
  points.flatMap((point, index) => {
    const before = points[index - 1];
    const missing = before === undefined ? 0 : (point.time - before.time) / stepSeconds - 1;
    if (before === undefined || missing < 1 || missing > LONGEST_GAP) return [point];
    const gaps = Array.from({ length: missing }, (_, gap) => ({ time: before.time + (gap + 1) * stepSeconds }));
    return [...gaps, point];
  });

/** The average of the window of a bar. */
export const meanOf = ({ startMs, content }: Bar): ValuePoint => ({
  time: startMs / 1_000,
  value: Number(meanText(content)),
});

/** The average of each window as steps: those of closed windows, and that of the newest one, which is still open. */
export interface AverageSteps {
  readonly closed: readonly ValuePoint[];
  readonly open: readonly ValuePoint[];
}

/**
 * The tumbling-window average of `bars` as lines of steps over `[fromTime, toTime]`: each step starts at its window's
 * start, and the last one reaches to `toTime`.
 */
export const averageSteps = (bars: readonly Bar[], fromTime: ChartTime, toTime: ChartTime): AverageSteps => {
  const steps = bars
    .map((bar) => ({ ...meanOf(bar), end: bar.endMs / 1_000 }))
    .filter(({ end }) => end > fromTime)
    .map(({ time, value }) => ({ time: Math.max(time, fromTime), value }));
  const last = steps.at(-1);
  if (last === undefined) return { closed: [], open: [] };
  const open = last.time < toTime ? [last, { time: toTime, value: last.value }] : [last];
  return { closed: steps, open };
};

/**
 * `pieces`, which follow one another, as two lines of steps that take turns, so that no line leads from one piece to the
 * next. Where a piece ends its line goes on unseen, at the height at which its next one begins:
 *
 *     first line     ──┐
 *                      └── · · · · · ──┐
 *     second line            ──┐       └──
 *                              └──
 */
export const takeTurns = (
  pieces: readonly (readonly ValuePoint[])[],
): readonly [readonly ValuePoint[], readonly ValuePoint[]] => {
  const lines: [ValuePoint[], ValuePoint[]] = [[], []];
  for (const [index, piece] of pieces.entries()) {
    const line = lines[index % 2 === 0 ? 0 : 1];
    line.push(...piece);
    const [time, value] = [pieces[index + 1]?.[0]?.time, pieces[index + 2]?.[0]?.value ?? piece.at(-1)?.value];
    if (time !== undefined && value !== undefined) line.push({ time, value, color: UNSEEN });
  }
  return lines;
};

/** How a series that shows `before` comes to show `after`: by some points at its end, or by all points anew. */
export type SeriesChange<Point> =
  | { readonly kind: "none" }
  | { readonly kind: "tail"; readonly points: readonly Point[] }
  | { readonly kind: "all"; readonly points: readonly Point[] };

export const seriesChange = <Point extends GapPoint>(
  before: readonly Point[],
  after: readonly Point[],
): SeriesChange<Point> => {
  const first = after.findIndex((point, index) => !isSame(point, before[index]));
  if (first < 0) return after.length === before.length ? { kind: "none" } : { kind: "all", points: after };
  const isTail =
    before.length > 0 && first >= before.length - 1 && after[before.length - 1]?.time === before.at(-1)?.time;
  return isTail ? { kind: "tail", points: after.slice(first) } : { kind: "all", points: after };
};

/** All that a point of any kind can have. */
const FIELDS = ["time", "value", "open", "high", "low", "close", "color"] as const;

const isSame = (a: AnyPoint, b: AnyPoint | undefined): boolean =>
  b !== undefined && FIELDS.every((name) => a[name] === b[name]);

type AnyPoint = Readonly<Partial<Record<(typeof FIELDS)[number], unknown>>>;
