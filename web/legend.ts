import { meanText, vwapText } from "#core/bars.ts";
import type { Bar } from "#core/bar.ts";
import { decimalText } from "#core/decimal.ts";
import { intervalText } from "#core/interval.ts";
import { element } from "./element.ts";
import { closingPass, type PassOf } from "./passes.ts";
import type { Standing } from "./standings.ts";
import { countWords, secondWords, standingWords } from "./words.ts";

/** What a legend tells of. */
export interface LegendView {
  readonly bar: Bar;
  readonly passOf: PassOf;
  readonly standing: Standing;
  /** How many bars on the chart are marked. */
  readonly correctedBars: number;
}

/** Writes what one bar holds, in exact decimals but for the two averages, which are cut to four places. */
export const showLegend = (target: HTMLElement, { bar, passOf, standing, correctedBars }: LegendView): void => {
  const { startMs, intervalMs, content } = bar;
  const isMixed = passOf(content.open.eventTimeMs) !== closingPass(bar, passOf);
  const { open, high, low, close, volume, tradeCount } = content;
  const cells: readonly (readonly [string, string])[] = [
    ["Open", decimalText(open.price)],
    ["High", decimalText(high)],
    ["Low", decimalText(low)],
    ["Close", decimalText(close.price)],
    ["Average", cut(meanText(content))],
    ["VWAP", cut(vwapText(content))],
    ["Volume", grouped(decimalText(volume))],
    ["Trades", grouped(String(tradeCount))],
    ...(isMixed ? [["", "of two passes of the replay"] as const] : []),
  ];
  target.replaceChildren(
    cell("", `${intervalText(intervalMs)} · ${secondWords(startMs)}`),
    ...statusCells(standing),
    ...cells.map(([name, value]) => cell(name, value)),
    ...(correctedBars === 0 ? [] : [keyed("corrected", `${countWords(correctedBars, "bar")} corrected`)]),
  );
};

const cell = (name: string, value: string): HTMLElement =>
  element("span", {}, ...(name === "" ? [] : [element("i", {}, name), " "]), element("b", {}, value));

/** What is said of the bar, behind what it is drawn with. */
const statusCells = (standing: Standing): readonly HTMLElement[] => {
  if (standing.status === undefined) return [];
  return [keyed(standing.status, element("b", {}, standingWords(standing)))];
};

const keyed = (status: string, words: Node | string): HTMLElement =>
  element("span", { class: "standing", "data-status": status }, words);

const cut = (text: string): string => text.replace(/(\.\d{4})\d+$/, "$1");

const grouped = (text: string): string => text.replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ",");
