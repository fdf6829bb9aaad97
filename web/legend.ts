import type { Bar } from "#core/bar.ts";
import { intervalText } from "#core/interval.ts";
import { element, setText } from "./element.ts";
import { fixedMean, fixedText, fixedVwap } from "./fixed.ts";
import { closingPass, type PassOf } from "./passes.ts";
import { numberOf } from "./points.ts";
import type { Standing } from "./standings.ts";
import { whenWords } from "./when.ts";
import { changeClass, changeWords, standingWords } from "./words.ts";

/** What a legend tells of. */
export interface LegendView {
  readonly bar: Bar;
  readonly passOf: PassOf;
  readonly standing: Standing;
  /** Decimals of the symbol's prices. */
  readonly precision: number;
}

/** One thing that is said: its name, what it is, the name in full, and the class of it. */
type Cell = readonly [name: string, value: string, title?: string, look?: string];

/** The averages have so many decimals more than the prices that they are made of. */
const FINER = 2;

const CHANGE = "From open to close";
/** So many cells have a place of their own; what stands behind them moves nothing when it changes. */
const FIXED = 10;

/** Tells what one bar holds: prices exactly, each in a place of its own that never narrows. */
export class Legend {
  readonly #target: HTMLElement;
  /** Of the values, in characters. */
  #widths: number[] = [];

  constructor(target: HTMLElement) {
    this.#target = target;
  }

  /** Says nothing, and forgets how much room was needed. */
  clear(): void {
    this.#widths = [];
    this.#target.replaceChildren();
  }

  show(view: LegendView): void {
    const cells = cellsOf(view);
    const { children } = this.#target;
    for (const [index, [name, value, title = "", look = ""]] of cells.entries()) {
      const cell = (children[index] as HTMLElement | undefined) ?? element("span", {}, element("i"), element("b"));
      if (!cell.isConnected) this.#target.append(cell);
      const [key, text] = cell.children as unknown as [HTMLElement, HTMLElement];
      setText(key, name);
      setText(text, value);
      if (cell.className !== look) cell.className = look;
      if (cell.title !== title) cell.title = title;
      if (index >= FIXED) continue;
      // arrows are wider than digits
      const width = Math.max(this.#widths[index] ?? 0, value.length + (title === CHANGE ? 1 : 0));
      if (width !== this.#widths[index]) text.style.setProperty("min-width", `${(this.#widths[index] = width)}ch`);
    }
  }
}

const cellsOf = ({ bar, passOf, standing, precision }: LegendView): readonly Cell[] => {
  const { startMs, intervalMs, content } = bar;
  const { open, high, low, close, volume, tradeCount } = content;
  const isMixed = passOf(content.open.eventTimeMs) !== closingPass(bar, passOf);
  const [from, to] = [numberOf(open.price), numberOf(close.price)];
  const price = (decimal: typeof high): string => fixedText(decimal, precision);
  return [
    ["", `${intervalText(intervalMs)} · ${whenWords(startMs, intervalMs)}`, "", "when"],
    ["O", price(open.price), "Open"],
    ["H", price(high), "High"],
    ["L", price(low), "Low"],
    ["C", price(close.price), "Close"],
    ["", changeWords(from, to), CHANGE, changeClass(from, to)],
    ["Mean", fixedMean(content, precision + FINER), "Average price of the trades"],
    ["VWAP", fixedVwap(content, precision + FINER), "Average price, weighted by size"],
    ["Vol", fixedText(volume), "Volume"],
    ["Trades", fixedText({ units: tradeCount, scale: 0 }), "", "rare"],
    ["", standingWords(standing), "", standing.status === undefined ? "" : `standing ${standing.status}`],
    ["", isMixed ? "of two passes of the replay" : "", "", "rare"],
  ];
};
