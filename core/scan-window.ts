import { CELL } from "./content-cells.ts";
import { compareRows } from "./fold-rows.ts";
import type { TradeColumns } from "./trade-columns.ts";

const {
  closeTime: CLOSE_TIME,
  high: HIGH,
  low: LOW,
  notional: NOTIONAL,
  openTime: OPEN_TIME,
  priceSum: PRICE_SUM,
  tradeCount: TRADE_COUNT,
  volume: VOLUME,
  limit: LIMIT,
} = CELL;

/**
 * Folds the trades of one run from row `from` on that lie before row `to` and in the window of `intervalMs` from `startMs` on into the cells
 * of `out` (content-cells.ts), but for the scales; the first is taken to do. Stops before the notional comes to 2^52.
 * Returns the row after them.
 *
 * Sums may be inexact when one comes out at 2^52 or beyond: their terms are positive, so that below it all were exact.
 */
export const scanWindow = (
  columns: TradeColumns,
  from: number,
  to: number,
  startMs: number,
  intervalMs: number,
  out: Float64Array,
): number => {
  const { price, size, eventTimeMs } = columns;
  const endMs = startMs + intervalMs;
  let first = from;
  let last = from;
  let low = price[from]!;
  let high = low;
  let openMs = eventTimeMs[from]!;
  let closeMs = openMs;
  let priceSum = low;
  let volume = size[from]!;
  let notional = low * volume;
  let next = from + 1;
  for (; next < to; next++) {
    const time = eventTimeMs[next]!;
    if (time < startMs || time >= endMs) break;
    const units = price[next]!;
    const lots = size[next]!;
    const product = units * lots;
    if (notional + product >= LIMIT) break;
    notional += product;
    priceSum += units;
    volume += lots;
    if (units > high) high = units;
    if (units < low) low = units;
    if (time >= closeMs && (time > closeMs || compareRows(columns, next, last) > 0)) {
      closeMs = time;
      last = next;
    }
    if (time <= openMs && (time < openMs || compareRows(columns, next, first) < 0)) {
      openMs = time;
      first = next;
    }
  }
  out[TRADE_COUNT] = next - from;
  out[LOW] = low;
  out[HIGH] = high;
  setSum(out, VOLUME, volume);
  setSum(out, PRICE_SUM, priceSum);
  setSum(out, NOTIONAL, notional);
  setPrint(out, OPEN_TIME, columns, first);
  setPrint(out, CLOSE_TIME, columns, last);
  return next;
};

const setSum = (out: Float64Array, at: number, sum: number): void => {
  out[at] = sum;
  out[at + 1] = 0;
};

const setPrint = (out: Float64Array, at: number, columns: TradeColumns, row: number): void => {
  out[at] = columns.eventTimeMs[row]!;
  out[at + 1] = columns.sequence[row]!;
  out[at + 2] = columns.price[row]!;
  out[at + 3] = columns.size[row]!;
};
