import { meanText, vwapText } from "#core/bars.ts";
import type { Bar } from "#core/bar.ts";
import { decimalText } from "#core/decimal.ts";
import { intervalText } from "#core/interval.ts";
import { element } from "./element.ts";
import { closingPass, type PassOf } from "./passes.ts";
import { secondWords } from "./words.ts";

/** Writes what one bar holds, in exact decimals but for the two averages, which are cut to four places. */
export const showLegend = (target: HTMLElement, bar: Bar, of: PassOf): void => {
  const { startMs, intervalMs, content } = bar;
  const isMixed = of(content.open.eventTimeMs) !== closingPass(bar, of);
  const { open, high, low, close, volume, tradeCount } = content;
  const cells: readonly (readonly [string, string])[] = [
    ["", `${intervalText(intervalMs)} · ${secondWords(startMs)}`],
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
    ...cells.map(([name, value]) =>
      element("span", {}, ...(name === "" ? [] : [element("i", {}, name), " "]), element("b", {}, value)),
    ),
  );
};

const cut = (text: string): string => text.replace(/(\.\d{4})\d+$/, "$1");

const grouped = (text: string): string => text.replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ",");
