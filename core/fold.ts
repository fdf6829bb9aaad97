import { compareDecimals, least, type Decimal } from "./decimal.ts";
import { ExactSum } from "./exact-sum.ts";
import type { BarContent, Print } from "./pane.ts";

/** Negative, zero or positive by (eventTimeMs, sequence, price, size). */
const comparePrints = (a: Print, b: Print): number =>
  a.eventTimeMs - b.eventTimeMs ||
  a.sequence - b.sequence ||
  compareDecimals(a.price, b.price) ||
  compareDecimals(a.size, b.size);

/**
 * What trades add up to, while they are being added: count, sums and volume add, high and low compare, open and close
 * compare by {@link comparePrints}. The result does not depend on the order or grouping of what is added.
 */
export class Accumulator {
  #tradeCount = 0;
  #open: Print | undefined;
  #close: Print | undefined;
  #high: Decimal | undefined;
  #low: Decimal | undefined;
  readonly #volume = new ExactSum();
  readonly #priceSum = new ExactSum();
  readonly #notional = new ExactSum();

  /** Adds another fold. */
  add(content: BarContent): void {
    this.#tradeCount += content.tradeCount;
    this.#meet(content.open, content.close, content.high, content.low);
    this.#volume.add(content.volume.units, content.volume.scale);
    this.#priceSum.add(content.priceSum.units, content.priceSum.scale);
    this.#notional.add(content.notional.units, content.notional.scale);
  }

  /** The fold so far. @throws RangeError when nothing was added. */
  content(): BarContent {
    const [open, close, high, low] = [this.#open, this.#close, this.#high, this.#low];
    if (!open || !close || !high || !low) throw new RangeError("a fold must hold at least one trade, held none");
    return {
      tradeCount: this.#tradeCount,
      open: leastPrint(open),
      high: least(high),
      low: least(low),
      close: leastPrint(close),
      volume: this.#volume.value(),
      priceSum: this.#priceSum.value(),
      notional: this.#notional.value(),
    };
  }

  #meet(open: Print, close: Print, high: Decimal, low: Decimal): void {
    if (!this.#open || comparePrints(open, this.#open) < 0) this.#open = open;
    if (!this.#close || comparePrints(close, this.#close) > 0) this.#close = close;
    if (!this.#high || compareDecimals(high, this.#high) > 0) this.#high = high;
    if (!this.#low || compareDecimals(low, this.#low) < 0) this.#low = low;
  }
}

/** The fold of folds, in any order. @throws RangeError when there are none. */
export const foldContents = (contents: Iterable<BarContent>): BarContent => {
  const accumulator = new Accumulator();
  for (const content of contents) accumulator.add(content);
  return accumulator.content();
};

const leastPrint = (print: Print): Print => ({ ...print, price: least(print.price), size: least(print.size) });
