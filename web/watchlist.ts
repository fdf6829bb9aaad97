import type { Bar } from "#core/bar.ts";
import { element, setText } from "./element.ts";
import { changeSince, sections, type PassOf } from "./passes.ts";
import { numberOf } from "./points.ts";
import { drawSparkline } from "./sparkline.ts";
import type { SymbolList } from "./symbol-list.ts";
import type { Theme } from "./theme.ts";
import { agoWords, changeClass, changeWords, clockWords, priceWords } from "./words.ts";

interface Row {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly canvas: HTMLCanvasElement;
  readonly price: HTMLElement;
  readonly change: HTMLElement;
  readonly note: HTMLElement;
  shownPrice: number | undefined;
}

export interface WatchlistEvents {
  onSelect(symbol: string): void;
  onRemove(symbol: string): void;
}

/** The times that rows are measured against. */
export interface Measures {
  /** The newest time of any symbol. */
  readonly newestMs: number;
  /** Since when a change is measured. */
  readonly fromMs: number;
  readonly passOf: PassOf;
}

/** A symbol that was silent for so long is said to be quiet. */
const QUIET_MS = 60_000;

/** One row per symbol: last price, change, and a sparkline of the last while. */
export class Watchlist {
  readonly #list: HTMLElement;
  readonly #events: WatchlistEvents;
  readonly #rows = new Map<string, Row>();

  constructor(list: HTMLElement, events: WatchlistEvents) {
    this.#list = list;
    this.#events = events;
  }

  /** Shows a row for each symbol of the list, and no other. */
  refresh(list: SymbolList): void {
    for (const symbol of this.#rows.keys()) if (!list.has(symbol)) this.#remove(symbol);
    for (const symbol of list.symbols) this.#add(symbol, { isRemovable: list.isOwn(symbol) });
  }

  /** Adds a row at the end, unless there is one; with a button that removes it, if the reader may. */
  #add(symbol: string, { isRemovable }: { isRemovable: boolean }): void {
    if (this.#rows.has(symbol)) return;
    const canvas = element("canvas", { class: "sparkline", "aria-hidden": "true" });
    const [price, change] = [element("span", { class: "price" }, "–"), element("span", { class: "change" })];
    const note = element("span", { class: "note" }, "no trades yet");
    const name = element("span", { class: "symbol", title: symbol }, symbol);
    const button = element("button", { type: "button", class: "row" }, name, canvas, price, note, change);
    button.addEventListener("click", () => this.#events.onSelect(symbol));
    const item = element("li", {}, button);
    if (isRemovable) item.append(this.#removeButton(symbol));
    this.#list.append(item);
    this.#rows.set(symbol, { item, button, canvas, price, change, note, shownPrice: undefined });
  }

  #remove(symbol: string): void {
    this.#rows.get(symbol)?.item.remove();
    this.#rows.delete(symbol);
  }

  focus(symbol: string): void {
    this.#rows.get(symbol)?.button.focus();
  }

  select(symbol: string): void {
    for (const [name, { button }] of this.#rows) {
      if (name === symbol) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    this.reveal(symbol);
  }

  /** Scrolls the list, and never the page, until the row of `symbol` is in sight. */
  reveal(symbol: string): void {
    const item = this.#rows.get(symbol)?.item;
    if (item === undefined) return;
    const [box, frame] = [item.getBoundingClientRect(), this.#list.getBoundingClientRect()];
    this.#list.scrollBy({
      left: Math.max(0, box.right - frame.right) + Math.min(0, box.left - frame.left),
      top: Math.max(0, box.bottom - frame.bottom) + Math.min(0, box.top - frame.top),
    });
  }

  /** Shows what `bars` say of `symbol`, which are those of the last while, oldest first. */
  show(symbol: string, bars: readonly Bar[], { newestMs, fromMs, passOf }: Measures, theme: Theme): void {
    const row = this.#rows.get(symbol);
    const last = bars.at(-1);
    if (row === undefined || last === undefined) return;
    const price = numberOf(last.content.close.price);
    setText(row.price, priceWords(price, last.content.close.price.scale));
    const from = numberOf((changeSince(bars, fromMs)?.[0] ?? last).content.open.price);
    const isMeasured = changeSince(bars, fromMs) !== undefined;
    setText(row.change, isMeasured ? changeWords(from, price) : "");
    row.change.className = `change ${changeClass(from, price)}`;
    row.change.title = `since ${clockWords(fromMs)}`;
    const silenceMs = newestMs - last.content.close.eventTimeMs;
    setText(row.note, silenceMs < QUIET_MS ? "" : `quiet for ${agoWords(silenceMs)}`);
    flash(row, price);
    const lines = sections(bars, passOf).map((section) => section.map(({ content }) => numberOf(content.close.price)));
    drawSparkline(row.canvas, lines, price < from ? theme.down : theme.up);
  }

  #removeButton(symbol: string): HTMLButtonElement {
    const words = `Remove ${symbol}`;
    const button = element("button", { type: "button", class: "remove", "aria-label": words, title: words }, "×");
    button.addEventListener("click", () => this.#events.onRemove(symbol));
    return button;
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
