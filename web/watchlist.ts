import type { Bar } from "#core/bar.ts";
import { element, setText } from "./element.ts";
import { numberOf } from "./points.ts";
import { drawSparkline } from "./sparkline.ts";
import type { Theme } from "./theme.ts";
import { agoWords, changeClass, changeWords, priceWords } from "./words.ts";

/** What a row says of a symbol: its bars of the last while, oldest first. */
interface Row {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly canvas: HTMLCanvasElement;
  readonly price: HTMLElement;
  readonly change: HTMLElement;
  readonly note: HTMLElement;
  shownPrice: number | undefined;
}

/** A symbol that was silent for so long is said to be quiet. */
const QUIET_MS = 60_000;

/** One row per symbol: last price, change over the span of the sparkline, and the sparkline. */
export class Watchlist {
  readonly #list: HTMLElement;
  readonly #onSelect: (symbol: string) => void;
  readonly #rows = new Map<string, Row>();

  constructor(list: HTMLElement, onSelect: (symbol: string) => void) {
    this.#list = list;
    this.#onSelect = onSelect;
  }

  add(symbol: string): void {
    if (this.#rows.has(symbol)) return;
    const canvas = element("canvas", { class: "sparkline", "aria-hidden": "true" });
    const [price, change] = [element("span", { class: "price" }, "–"), element("span", { class: "change" })];
    const note = element("span", { class: "note" }, "no trades yet");
    const name = element("span", { class: "symbol" }, symbol);
    const button = element("button", { type: "button" }, name, canvas, price, note, change);
    button.addEventListener("click", () => this.#onSelect(symbol));
    const item = element("li", {}, button);
    this.#list.append(item);
    this.#rows.set(symbol, { item, button, canvas, price, change, note, shownPrice: undefined });
  }

  select(symbol: string): void {
    for (const [name, { button }] of this.#rows) {
      if (name === symbol) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  /** Shows what `bars` say of `symbol`; `newestMs` is the newest time of any symbol. */
  show(symbol: string, bars: readonly Bar[], newestMs: number, theme: Theme): void {
    const row = this.#rows.get(symbol);
    const [first, last] = [bars[0], bars.at(-1)];
    if (row === undefined || first === undefined || last === undefined) return;
    const [from, to] = [numberOf(first.content.open.price), numberOf(last.content.close.price)];
    setText(row.price, priceWords(to, last.content.close.price.scale));
    setText(row.change, changeWords(from, to));
    row.change.className = `change ${changeClass(from, to)}`;
    const silenceMs = newestMs - last.content.close.eventTimeMs;
    setText(row.note, silenceMs < QUIET_MS ? "" : `quiet for ${agoWords(silenceMs)}`);
    flash(row, to);
    const colour = to < from ? theme.down : theme.up;
    drawSparkline(
      row.canvas,
      bars.map(({ content }) => numberOf(content.close.price)),
      colour,
    );
  }
}

const FLASH: KeyframeAnimationOptions = { duration: 600, easing: "ease-out" };

/** Lets a new price light up for a moment. */
const flash = (row: Row, price: number): void => {
  const before = row.shownPrice;
  row.shownPrice = price;
  if (before === undefined || before === price || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const colour = `var(--${price > before ? "up" : "down"}-faint)`;
  row.price.animate([{ backgroundColor: colour }, { backgroundColor: "transparent" }], FLASH);
};
