import type { Decimal } from "./decimal.ts";
import { EXACT_LIMIT } from "./exact-sum.ts";
import type { BarContent, Print } from "./pane.ts";
import type { Run, TradeColumns } from "./trade-columns.ts";
import { epochMs } from "./units.ts";

/** What the columns' units are of: `units / 10^scale`. */
export type Scales = Pick<Run, "priceScale" | "sizeScale">;

/** Compares two rows of one run by (eventTimeMs, sequence, price, size). */
export const compareRows = ({ eventTimeMs, sequence, price, size }: TradeColumns, a: number, b: number): number =>
  eventTimeMs[a]! - eventTimeMs[b]! || sequence[a]! - sequence[b]! || price[a]! - price[b]! || size[a]! - size[b]!;

/**
 * The fold of the rows `[from, to)`, at least one, all of one symbol and window and at the scales given, which may not be
 * the least.
 *
 * Prices, sizes and their products are non-negative integers, so that partial sums only grow: when a total stays below
 * 2^52 in a double, every product and partial sum in it was exact. Else the rows are summed again in bigints.
 */
export const contentOfRows = (columns: TradeColumns, scales: Scales, from: number, to: number): BarContent => {
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
  const areExact = notional < EXACT_LIMIT && priceSum < EXACT_LIMIT && volume < EXACT_LIMIT;
  const sums = areExact ? { volume, priceSum, notional } : wideSums(columns, from, to);
  return {
    tradeCount: to - from,
    open: printOf(columns, scales, open),
    high: priceOf(columns, scales, high),
    low: priceOf(columns, scales, low),
    close: printOf(columns, scales, close),
    volume: { units: BigInt(sums.volume), scale: scales.sizeScale },
    priceSum: { units: BigInt(sums.priceSum), scale: scales.priceScale },
    notional: { units: BigInt(sums.notional), scale: scales.priceScale + scales.sizeScale },
  };
};

const wideSums = ({ price, size }: TradeColumns, from: number, to: number) => {
  let [volume, priceSum, notional] = [0n, 0n, 0n];
  for (let row = from; row < to; row++) {
    const [units, sizeUnits] = [BigInt(price[row]!), BigInt(size[row]!)];
    priceSum += units;
    volume += sizeUnits;
    notional += units * sizeUnits;
  }
  return { volume, priceSum, notional };
};

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
