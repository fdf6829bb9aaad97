import { compareDecimals, least, type Decimal } from "./decimal.ts";
import { EXACT_LIMIT, ExactSum } from "./exact-sum.ts";
import type { BarContent, Print } from "./pane.ts";
import type { Run, TradeColumns } from "./trade-columns.ts";
import { epochMs } from "./units.ts";

/** What the columns' units are of: `units / 10^scale`. */
export type Scales = Pick<Run, "priceScale" | "sizeScale">;

/** Negative, zero or positive by (eventTimeMs, sequence, price, size). */
export const comparePrints = (a: Print, b: Print): number =>
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
    this.#volume.addWide(content.volume.units, content.volume.scale);
    this.#priceSum.addWide(content.priceSum.units, content.priceSum.scale);
    this.#notional.addWide(content.notional.units, content.notional.scale);
  }

  /**
   * Adds the rows `[from, to)`, at least one, all of one symbol and window and at the scales given.
   *
   * Prices, sizes and their products are non-negative integers, so that partial sums only grow: when a total stays below
   * 2^52 in a double, every product and partial sum in it was exact. Else the rows are summed again in bigints.
   */
  addRows(columns: TradeColumns, scales: Scales, from: number, to: number): void {
    const { price, size, eventTimeMs } = columns;
    let [open, close, high, low] = [from, from, from, from];
    let [priceSum, volume, notional] = [0, 0, 0];
    for (let row = from; row < to; row++) {
      const units = price[row]!;
      const time = eventTimeMs[row]!;
      priceSum += units;
      volume += size[row]!;
      notional += units * size[row]!;
      if (units > price[high]!) high = row;
      if (units < price[low]!) low = row;
      if (time <= eventTimeMs[open]! && compareRows(columns, row, open) < 0) open = row;
      if (time >= eventTimeMs[close]! && compareRows(columns, row, close) > 0) close = row;
    }
    this.#tradeCount += to - from;
    this.#meet(
      printOf(columns, scales, open),
      printOf(columns, scales, close),
      priceOf(columns, scales, high),
      priceOf(columns, scales, low),
    );
    if (notional < EXACT_LIMIT && priceSum < EXACT_LIMIT && volume < EXACT_LIMIT) {
      this.#priceSum.add(priceSum, scales.priceScale);
      this.#volume.add(volume, scales.sizeScale);
      this.#notional.add(notional, scales.priceScale + scales.sizeScale);
    } else this.#addWideRows(columns, scales, from, to);
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

  #addWideRows(columns: TradeColumns, scales: Scales, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const [units, size] = [columns.price[row]!, columns.size[row]!];
      this.#priceSum.add(units, scales.priceScale);
      this.#volume.add(size, scales.sizeScale);
      this.#notional.addWide(BigInt(units) * BigInt(size), scales.priceScale + scales.sizeScale);
    }
  }
}

/** The fold of folds, in any order. @throws RangeError when there are none. */
export const foldContents = (contents: Iterable<BarContent>): BarContent => {
  const accumulator = new Accumulator();
  for (const content of contents) accumulator.add(content);
  return accumulator.content();
};

/** Compares two rows of one run by (eventTimeMs, sequence, price, size). */
export const compareRows = ({ eventTimeMs, sequence, price, size }: TradeColumns, a: number, b: number): number =>
  eventTimeMs[a]! - eventTimeMs[b]! || sequence[a]! - sequence[b]! || price[a]! - price[b]! || size[a]! - size[b]!;

const priceOf = (columns: TradeColumns, scales: Scales, row: number): Decimal => ({
  units: columns.price[row]!,
  scale: scales.priceScale,
});

const printOf = (columns: TradeColumns, scales: Scales, row: number): Print => ({
  eventTimeMs: epochMs(columns.eventTimeMs[row]!),
  sequence: columns.sequence[row]!,
  price: priceOf(columns, scales, row),
  size: { units: columns.size[row]!, scale: scales.sizeScale },
});

const leastPrint = (print: Print): Print => ({ ...print, price: least(print.price), size: least(print.size) });
