import type { Bar } from "#core/bar.ts";
import { byId, setText } from "./element.ts";
import { changeSince } from "./passes.ts";
import { numberOf } from "./points.ts";
import { changeClass, changeWords, clockWords, priceWords } from "./words.ts";

/** Shows the last price of `bars`, which are of the chosen symbol in order, and its change since `fromMs`. */
export const showPrice = (bars: readonly Bar[], fromMs: number): void => {
  const change = byId("change");
  const last = bars.at(-1)?.content.close.price;
  const measured = changeSince(bars, fromMs);
  setText(byId("price"), last === undefined ? "" : priceWords(numberOf(last), last.scale));
  setText(byId("since"), measured === undefined ? "" : `since ${clockWords(fromMs)}`);
  if (measured === undefined) return setText(change, "");
  const [from, to] = [numberOf(measured[0].content.open.price), numberOf(measured[1].content.close.price)];
  setText(change, changeWords(from, to));
  change.className = `change ${changeClass(from, to)}`;
};
