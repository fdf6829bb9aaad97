import { meanText, vwapText } from "#core/bars.ts";
import type { Bar } from "#core/bar.ts";
import { decimalText } from "#core/decimal.ts";
import { element } from "./element.ts";

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** Writes what one bar holds, in exact decimals but for the two averages, which are cut to four places. */
export const showLegend = (target: HTMLElement, { startMs, content }: Bar): void => {
  const { open, high, low, close, volume, tradeCount } = content;
  const cells: readonly (readonly [string, string])[] = [
    ["", CLOCK.format(startMs)],
    ["Open", decimalText(open.price)],
    ["High", decimalText(high)],
    ["Low", decimalText(low)],
    ["Close", decimalText(close.price)],
    ["Average", cut(meanText(content))],
    ["VWAP", cut(vwapText(content))],
    ["Volume", grouped(decimalText(volume))],
    ["Trades", grouped(String(tradeCount))],
  ];
  target.replaceChildren(
    ...cells.map(([name, value]) =>
      element("span", {}, ...(name === "" ? [] : [element("i", {}, name), " "]), element("b", {}, value)),
    ),
  );
};

const cut = (text: string): string => text.replace(/(\.\d{4})\d+$/, "$1");

const grouped = (text: string): string => text.replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ",");
