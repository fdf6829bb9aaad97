import type { Bar } from "#core/bar.ts";
import { element, setText } from "./element.ts";
import { sections, type PassOf } from "./passes.ts";
import { numberOf } from "./points.ts";
import { quoteOf } from "./quote.ts";
import { drawSparkline, type Room } from "./sparkline.ts";
import type { Theme } from "./theme.ts";
import { agoWords, changeClass, changeWords, clockWords, priceWords, volumeWords } from "./words.ts";

/** A line of the list: a symbol in it, which the reader may remove if it is their own, or one that could be added. */
export interface Entry {
  readonly symbol: string;
  readonly kind: "given" | "own" | "offered";
}

/** What rows are measured against and drawn with. */
export interface Measures {
  /** The newest time of any symbol. */
  readonly newestMs: number;
  /** Since when a change is measured. */
  readonly fromMs: number;
  readonly passOf: PassOf;
  readonly theme: Theme;
  /** How much room a sparkline has. */
  readonly room: Room;
}

/** A symbol that was silent for so long is said to be quiet. */
const QUIET_MS = 60_000;
/** A new price is lit for so long. */
const LIT_MS = 350;
/** A line of half an hour shows no more by being drawn more often. */
const DRAW_MS = 1_000;

const cell = (name: string, ...children: readonly (Node | string)[]): HTMLElement =>
  element("span", { role: "gridcell", class: name }, ...children);

/** One row on screen, which shows one entry after the other. It touches the page only where something changed. */
export class WatchRow {
  readonly element: HTMLElement;
  entry: Entry = { symbol: "", kind: "given" };
  readonly #name = element("span", { role: "rowheader", class: "symbol" });
  readonly #canvas = element("canvas", { class: "sparkline", "aria-hidden": "true" });
  readonly #price = cell("price");
  readonly #change = cell("change");
  readonly #volume = cell("volume");
  readonly #remove = element("button", { type: "button", class: "remove", tabindex: "-1" }, "×");
  #place = -1;
  #bars: readonly Bar[] | undefined;
  #fromMs = 0;
  #last: number | undefined;
  #tradedMs = 0;
  #litUntilMs = 0;
  #drawnAtMs = 0;
  #drawn: readonly Bar[] | undefined;
  #drawnWith: Theme | undefined;
  #colour: keyof Theme = "up";

  constructor(id: string) {
    const cells = [this.#name, this.#canvas, this.#price, this.#change, this.#volume, cell("removal", this.#remove)];
    this.element = element("div", { role: "row", class: "row", id }, ...cells);
  }

  /** Turns to an entry. */
  bind(entry: Entry): void {
    const { symbol, kind } = entry;
    if (symbol !== this.entry.symbol || kind !== this.entry.kind) {
      this.#bars = undefined;
      this.#last = undefined;
      this.#drawnWith = undefined;
      this.#name.textContent = symbol;
      this.#name.title = symbol;
      this.#remove.hidden = kind !== "own";
      this.#remove.title = this.#remove.ariaLabel = `Remove ${symbol}`;
      this.element.dataset["kind"] = kind;
      for (const each of [this.#price, this.#change, this.#volume]) each.textContent = "";
      if (kind === "offered") this.#change.textContent = "add";
      this.element.title = "";
      this.element.classList.remove("quiet");
    }
    this.entry = entry;
  }

  /** Lies at a place of the list, from 0, `at` pixels from its beginning. */
  put(place: number, transform: string): void {
    if (place !== this.#place) this.element.ariaRowIndex = String(place + 2);
    this.#place = place;
    if (this.element.style.transform !== transform) this.element.style.transform = transform;
  }

  select(isSelected: boolean, isActive: boolean): void {
    this.element.ariaSelected = String(isSelected);
    this.element.classList.toggle("active", isActive);
  }

  /** Shows what `bars`, which are of the entry's symbol and in order, say now. */
  show(bars: readonly Bar[], measures: Measures): void {
    if (this.entry.kind === "offered") return;
    const nowMs = performance.now();
    const isNew = bars !== this.#bars;
    if (isNew || measures.fromMs !== this.#fromMs) this.#tell(bars, measures, nowMs);
    this.#showAge(measures.newestMs);
    if (this.#litUntilMs !== 0 && nowMs >= this.#litUntilMs) this.#light("", 0);
    const isDue = bars !== this.#drawn && nowMs - this.#drawnAtMs >= DRAW_MS;
    if (isDue || measures.theme !== this.#drawnWith) this.#draw(bars, measures, nowMs);
  }

  #tell(bars: readonly Bar[], { fromMs }: Measures, nowMs: number): void {
    this.#bars = bars;
    this.#fromMs = fromMs;
    const quote = quoteOf(bars, fromMs);
    if (quote === undefined) {
      this.#price.textContent = "–";
      this.element.title = "no trades in the last while";
      return;
    }
    const { last, scale, from = last, volume, tradedMs } = quote;
    setText(this.#price, priceWords(last, scale));
    setText(this.#change, quote.from === undefined ? "" : changeWords(from, last));
    setText(this.#volume, volumeWords(volume));
    const way = changeClass(from, last);
    if (this.#change.className !== `change ${way}`) this.#change.className = `change ${way}`;
    this.#colour = way === "down" ? "down" : "up";
    if (this.#last !== undefined && this.#last !== last)
      this.#light(last > this.#last ? "rose" : "fell", nowMs + LIT_MS);
    this.#last = last;
    this.#tradedMs = tradedMs;
  }

  #light(way: string, untilMs: number): void {
    this.#litUntilMs = untilMs;
    const name = `price ${way}`.trimEnd();
    if (this.#price.className !== name) this.#price.className = name;
  }

  #showAge(newestMs: number): void {
    if (this.#last === undefined) return;
    const silenceMs = newestMs - this.#tradedMs;
    const isQuiet = silenceMs >= QUIET_MS;
    const words = isQuiet ? `quiet for ${agoWords(silenceMs)}, last traded at ${clockWords(this.#tradedMs)}` : "";
    if (this.element.title === words) return;
    this.element.title = words;
    this.element.classList.toggle("quiet", isQuiet);
  }

  #draw(bars: readonly Bar[], { passOf, theme, room }: Measures, nowMs: number): void {
    this.#drawnAtMs = nowMs;
    this.#drawnWith = theme;
    this.#drawn = bars;
    const lines = sections(bars, passOf).map((section) => section.map(({ content }) => numberOf(content.close.price)));
    drawSparkline(this.#canvas, room, lines, theme[this.#colour]);
  }
}
