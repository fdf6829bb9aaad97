import { CELL } from "./content-cells.ts";
import type { TradeColumns } from "./trade-columns.ts";

const {
  closeSequence: CLOSE_SEQUENCE,
  closeTime: CLOSE_TIME,
  high: HIGH,
  low: LOW,
  notional: NOTIONAL,
  openSequence: OPEN_SEQUENCE,
  openTime: OPEN_TIME,
  priceSum: PRICE_SUM,
  start: START,
  tradeCount: TRADE_COUNT,
  volume: VOLUME,
  limit: LIMIT,
} = CELL;

/**
 * Adds the trades of one run from row `from` on that lie before row `to` and in the window of `intervalMs` to the cells at
 * `at` (content-cells.ts), which have the run's scales; the first is taken to lie there. Those of other windows are set aside:
 * appended to the columns `aside`, which have room for them. Returns whether it did; what takes more is left as it was: trades
 * of which a sum comes to 2^52, and one that has both time and sequence in common with open or close.
 *
 * This is where the pipeline spends its time. A call within the loop, or numbers that are destructured, would each cost more
 * than a trade does; so would going to and fro between two windows whose trades come mixed.
 */
export const addWindow = (
  columns: TradeColumns,
  from: number,
  to: number,
  intervalMs: number,
  cells: Float64Array,
  at: number,
  aside: TradeColumns,
): boolean => {
  const { price, size, eventTimeMs, sequence } = columns;
  const { price: asidePrice, size: asideSize, eventTimeMs: asideTimeMs, sequence: asideSequence } = aside;
  const startMs = cells[at + START]!;
  const endMs = startMs + intervalMs;
  const isEmpty = cells[at + TRADE_COUNT] === 0;
  let low = isEmpty ? Number.POSITIVE_INFINITY : cells[at + LOW]!;
  let high = cells[at + HIGH]!;
  let openMs = isEmpty ? Number.POSITIVE_INFINITY : cells[at + OPEN_TIME]!;
  let openSequence = cells[at + OPEN_SEQUENCE]!;
  let closeMs = isEmpty ? Number.NEGATIVE_INFINITY : cells[at + CLOSE_TIME]!;
  let closeSequence = cells[at + CLOSE_SEQUENCE]!;
  let first = -1;
  let last = -1;
  let priceSum = 0;
  let volume = 0;
  let notional = 0;
  let set = aside.count;
  for (let row = from; row < to; row++) {
    const time = eventTimeMs[row]!;
    const units = price[row]!;
    const lots = size[row]!;
    if (time >= endMs || time < startMs) {
      asidePrice[set] = units;
      asideSize[set] = lots;
      asideTimeMs[set] = time;
      asideSequence[set++] = sequence[row]!;
      continue;
    }
    priceSum += units;
    volume += lots;
    notional += units * lots;
    if (units > high) high = units;
    if (units < low) low = units;
    if (time < closeMs && time > openMs) continue;
    const number = sequence[row]!;
    if (time > closeMs || (time === closeMs && number > closeSequence)) {
      closeMs = time;
      closeSequence = number;
      last = row;
    } else if (time === closeMs && number === closeSequence) return false;
    if (time < openMs || (time === openMs && number < openSequence)) {
      openMs = time;
      openSequence = number;
      first = row;
    } else if (time === openMs && number === openSequence) return false;
  }
  if (notional >= LIMIT || priceSum >= LIMIT || volume >= LIMIT) return false;
  cells[at + TRADE_COUNT]! += to - from - (set - aside.count);
  cells[at + LOW] = low;
  cells[at + HIGH] = high;
  addSum(cells, at + VOLUME, volume);
  addSum(cells, at + PRICE_SUM, priceSum);
  addSum(cells, at + NOTIONAL, notional);
  if (first >= 0) setPrint(cells, at + OPEN_TIME, columns, first);
  if (last >= 0) setPrint(cells, at + CLOSE_TIME, columns, last);
  aside.count = set;
  return true;
};

/** Both are below 2^52, so that their sum is exact in a double. */
const addSum = (cells: Float64Array, at: number, sum: number): void => {
  const total = cells[at]! + sum;
  if (total < LIMIT) cells[at] = total;
  else {
    cells[at] = total - LIMIT;
    cells[at + 1]! += 1;
  }
};

const setPrint = (cells: Float64Array, at: number, columns: TradeColumns, row: number): void => {
  cells[at] = columns.eventTimeMs[row]!;
  cells[at + 1] = columns.sequence[row]!;
  cells[at + 2] = columns.price[row]!;
  cells[at + 3] = columns.size[row]!;
};
