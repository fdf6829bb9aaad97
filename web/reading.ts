import type { Bar } from "#core/bar.ts";
import { compareDecimals } from "#core/decimal.ts";
import { intervalText } from "#core/interval.ts";
import { fixedText } from "./fixed.ts";
import { numberOf } from "./points.ts";
import type { Standing } from "./standings.ts";
import { whenWords } from "./when.ts";
import { countWords, standingWords } from "./words.ts";

/** A change in words that can be read aloud: `up 0.12 %`. */
export const spokenChange = (from: number, to: number): string => {
  const percent = (Math.abs(to - from) / from) * 100;
  const amount = percent < 0.005 && to !== from ? "less than 0.01 %" : `${percent.toFixed(2)} %`;
  return to === from ? "unchanged" : `${to > from ? "up" : "down"} ${amount}`;
};

/** One bar in words that can be read aloud. */
export const barWords = (bar: Bar, standing: Standing, precision: number): string => {
  const { open, high, low, close, volume, tradeCount } = bar.content;
  const price = (decimal: typeof high): string => fixedText(decimal, precision);
  return [
    whenWords(bar.startMs, bar.intervalMs),
    `open ${price(open.price)}`,
    `close ${price(close.price)}`,
    spokenChange(numberOf(open.price), numberOf(close.price)),
    `high ${price(high)}`,
    `low ${price(low)}`,
    `volume ${fixedText(volume)}`,
    countWords(tradeCount, "trade"),
    ...(standing.status === undefined ? [] : [standingWords(standing)]),
  ].join(", ");
};

/** What some bars of one symbol show all together. */
export const summaryWords = (bars: readonly Bar[], precision: number): string => {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return "No bars in sight.";
  const [top, bottom] = [
    bars.reduce((best, bar) => (compareDecimals(bar.content.high, best.content.high) > 0 ? bar : best)),
    bars.reduce((best, bar) => (compareDecimals(bar.content.low, best.content.low) < 0 ? bar : best)),
  ];
  const at = (bar: Bar): string => whenWords(bar.startMs, bar.intervalMs);
  const price = (decimal: typeof top.content.high): string => fixedText(decimal, precision);
  const [from, to] = [first.content.open.price, last.content.close.price];
  return [
    `${countWords(bars.length, "bar")} of ${first.symbol} in sight, ${intervalText(first.intervalMs)} each, ${at(first)} to ${at(last)}.`,
    `From ${price(from)} to ${price(to)}, ${spokenChange(numberOf(from), numberOf(to))}.`,
    `Highest ${price(top.content.high)} at ${at(top)}, lowest ${price(bottom.content.low)} at ${at(bottom)}.`,
  ].join(" ");
};
