import { CLOSE_TIME, HIGH, LOW, NOTIONAL, OPEN_TIME, PRICE_SUM, START, TRADE_COUNT, VOLUME } from "./content-cells.ts";
import { EXACT_LIMIT } from "./exact-sum.ts";
import type { TradeColumns } from "./trade-columns.ts";

/**
 * Adds the trades of one run from row `from` on that lie before row `to` and in the window that ends at `endMs` to the cells
 * at `at` (content-cells.ts), which have the run's scales; the first is taken to lie there. Returns the row after them; `from`
 * when the cells are empty or a sum of the trades would come to 2^52, with nothing added.
 *
 * This is where the pipeline spends its time: most runs bring a few trades to a window that has some already.
 */
export const addWindow = (
  columns: TradeColumns,
  from: number,
  to: number,
  endMs: number,
  cells: Float64Array,
  at: number,
): number => {
  if (cells[at + TRADE_COUNT] === 0) return from;
  const { price, size, eventTimeMs } = columns;
  const startMs = cells[at + START]!;
  let low = cells[at + LOW]!;
  let high = cells[at + HIGH]!;
  let openMs = cells[at + OPEN_TIME]!;
  let closeMs = cells[at + CLOSE_TIME]!;
  let [first, last] = [-1, -1];
  let [priceSum, volume, notional] = [0, 0, 0];
  let next = from;
  for (; next < to; next++) {
    const time = eventTimeMs[next]!;
    if (time >= endMs || time < startMs) break;
    const units = price[next]!;
    const lots = size[next]!;
    priceSum += units;
    volume += lots;
    notional += units * lots;
    if (units > high) high = units;
    if (units < low) low = units;
    if (time >= closeMs && (time > closeMs || orderOf(columns, next, last, cells, at + CLOSE_TIME) > 0)) {
      closeMs = time;
      last = next;
    }
    if (time <= openMs && (time < openMs || orderOf(columns, next, first, cells, at + OPEN_TIME) < 0)) {
      openMs = time;
      first = next;
    }
  }
  if (notional >= EXACT_LIMIT || priceSum >= EXACT_LIMIT || volume >= EXACT_LIMIT) return from;
  cells[at + TRADE_COUNT]! += next - from;
  cells[at + LOW] = low;
  cells[at + HIGH] = high;
  addSum(cells, at + VOLUME, volume);
  addSum(cells, at + PRICE_SUM, priceSum);
  addSum(cells, at + NOTIONAL, notional);
  if (first >= 0) setPrint(cells, at + OPEN_TIME, columns, first);
  if (last >= 0) setPrint(cells, at + CLOSE_TIME, columns, last);
  return next;
};

/**
 * Negative, zero or positive as row `a` comes before, with or after row `b` of the same time, or the print of the cells where
 * there is no row `b`: by sequence, price, size.
 */
const orderOf = (columns: TradeColumns, a: number, b: number, cells: Float64Array, print: number): number => {
  const { price, size, sequence } = columns;
  if (b < 0) {
    return sequence[a]! - cells[print + 1]! || price[a]! - cells[print + 2]! || size[a]! - cells[print + 3]!;
  }
  return sequence[a]! - sequence[b]! || price[a]! - price[b]! || size[a]! - size[b]!;
};

/** Both are below 2^52, so that their sum is exact in a double. */
const addSum = (cells: Float64Array, at: number, sum: number): void => {
  const total = cells[at]! + sum;
  if (total < EXACT_LIMIT) cells[at] = total;
  else {
    cells[at] = total - EXACT_LIMIT;
    cells[at + 1]! += 1;
  }
};

const setPrint = (cells: Float64Array, at: number, columns: TradeColumns, row: number): void => {
  cells[at] = columns.eventTimeMs[row]!;
  cells[at + 1] = columns.sequence[row]!;
  cells[at + 2] = columns.price[row]!;
  cells[at + 3] = columns.size[row]!;
};
