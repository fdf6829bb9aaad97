import type { Bar } from "#core/bar.ts";
import { vwapText } from "#core/bars.ts";
import type { Stroke } from "./bars-panel.ts";
import { exponentialAverages, simpleAverages, type Averages } from "./moving-average.ts";
import { sections, type PassOf } from "./passes.ts";
import { joined, numberOf, type ValuePoint } from "./points.ts";

/** A line that can be drawn over the candles. */
export interface LineKind {
  /** As it is kept. */
  readonly id: string;
  readonly words: string;
  /** In full, for those who do not know the letters. */
  readonly title: string;
  /** The name of its colour in the style sheet. */
  readonly colour: string;
  readonly stroke: Stroke;
  /** Its height at each of some bars that follow one another. */
  readonly valuesOf: (bars: readonly Bar[]) => Averages;
}

const COUNTS = [10, 20, 50, 200] as const;

const closes = (bars: readonly Bar[]): readonly number[] => bars.map(({ content }) => numberOf(content.close.price));

/** In the order in which they are offered. */
export const LINE_KINDS: readonly LineKind[] = [
  ...COUNTS.map((count) => ({
    id: `sma${count}`,
    words: `SMA ${count}`,
    title: `Simple moving average of ${count} closes`,
    colour: `average-${count}`,
    stroke: "solid" as const,
    valuesOf: (bars: readonly Bar[]) => simpleAverages(closes(bars), count),
  })),
  ...COUNTS.map((count) => ({
    id: `ema${count}`,
    words: `EMA ${count}`,
    title: `Exponential moving average of ${count} closes`,
    colour: `average-${count}`,
    stroke: "dashed" as const,
    valuesOf: (bars: readonly Bar[]) => exponentialAverages(closes(bars), count),
  })),
  {
    id: "vwap",
    words: "VWAP",
    title: "Average price of each bar, weighted by size",
    colour: "raw",
    stroke: "dotted",
    valuesOf: (bars) => bars.map(({ content }) => Number(vwapText(content))),
  },
];

/** A line as points; one pass of a replay does not go on in the next. */
export const linePoints = (kind: LineKind, bars: readonly Bar[], of: PassOf): readonly ValuePoint[] =>
  joined(
    sections(bars, of).map((section) => {
      const values = kind.valuesOf(section);
      return section.flatMap(({ startMs }, index) => {
        const value = values[index];
        return value === undefined ? [] : [{ time: startMs / 1_000, value }];
      });
    }),
  );

/** The kinds that a kept text names, in the order in which they are offered. */
export const readLineKinds = (text: string): readonly LineKind[] => {
  const ids = new Set(text.split(","));
  return LINE_KINDS.filter(({ id }) => ids.has(id));
};
