import { CELL } from "./content-cells.ts";

const {
  closeTime: CLOSE_TIME,
  high: HIGH,
  low: LOW,
  notional: NOTIONAL,
  openTime: OPEN_TIME,
  priceScale: PRICE_SCALE,
  priceSum: PRICE_SUM,
  prints: PRINTS,
  sizeScale: SIZE_SCALE,
  tradeCount: TRADE_COUNT,
  volume: VOLUME,
  limit: LIMIT,
} = CELL;

/** Scales are 0 to 8, those of the notional 0 to 16. */
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16] as const;

/** Brings the cells to scales at which the others can be added; false when a double cannot hold what comes out. */
export const canMeet = (cells: Float64Array, at: number, theirs: Float64Array, their: number): boolean => {
  if (haveSameScales(cells, at, theirs, their)) return true;
  const priceScale = Math.max(cells[at + PRICE_SCALE]!, theirs[their + PRICE_SCALE]!);
  const sizeScale = Math.max(cells[at + SIZE_SCALE]!, theirs[their + SIZE_SCALE]!);
  if (!isExactAt(cells, at, priceScale, sizeScale) || !isExactAt(theirs, their, priceScale, sizeScale)) return false;
  rescale(cells, at, priceScale, sizeScale);
  return true;
};

/** Whether {@link meetAlike} may add them. */
export const haveSameScales = (cells: Float64Array, at: number, theirs: Float64Array, their: number): boolean =>
  cells[at + PRICE_SCALE] === theirs[their + PRICE_SCALE] && cells[at + SIZE_SCALE] === theirs[their + SIZE_SCALE];

/** Whether every cell stays exact at scales that are not lower than its own; no price or size is beyond its sum. */
const isExactAt = (cells: Float64Array, at: number, priceScale: number, sizeScale: number): boolean => {
  const byPrice = POWERS[priceScale - cells[at + PRICE_SCALE]!]!;
  const bySize = POWERS[sizeScale - cells[at + SIZE_SCALE]!]!;
  if (byPrice === 1 && bySize === 1) return true;
  return (
    cells[at + VOLUME + 1] === 0 &&
    cells[at + PRICE_SUM + 1] === 0 &&
    cells[at + NOTIONAL + 1] === 0 &&
    cells[at + VOLUME]! * bySize < LIMIT &&
    cells[at + PRICE_SUM]! * byPrice < LIMIT &&
    cells[at + NOTIONAL]! * byPrice * bySize < LIMIT
  );
};

const rescale = (cells: Float64Array, at: number, priceScale: number, sizeScale: number): void => {
  const byPrice = POWERS[priceScale - cells[at + PRICE_SCALE]!]!;
  const bySize = POWERS[sizeScale - cells[at + SIZE_SCALE]!]!;
  if (byPrice === 1 && bySize === 1) return;
  cells[at + LOW]! *= byPrice;
  cells[at + HIGH]! *= byPrice;
  cells[at + VOLUME]! *= bySize;
  cells[at + PRICE_SUM]! *= byPrice;
  cells[at + NOTIONAL]! *= byPrice * bySize;
  for (const print of PRINTS) {
    cells[at + print + 2]! *= byPrice;
    cells[at + print + 3]! *= bySize;
  }
  cells[at + PRICE_SCALE] = priceScale;
  cells[at + SIZE_SCALE] = sizeScale;
};

/** Adds cells at the same scales, as nearly all are. */
export const meetAlike = (cells: Float64Array, at: number, theirs: Float64Array, their: number): void => {
  cells[at + TRADE_COUNT]! += theirs[their + TRADE_COUNT]!;
  const low = theirs[their + LOW]!;
  const high = theirs[their + HIGH]!;
  if (low < cells[at + LOW]!) cells[at + LOW] = low;
  if (high > cells[at + HIGH]!) cells[at + HIGH] = high;
  addSum(cells, at + VOLUME, theirs, their + VOLUME, 1);
  addSum(cells, at + PRICE_SUM, theirs, their + PRICE_SUM, 1);
  addSum(cells, at + NOTIONAL, theirs, their + NOTIONAL, 1);
  const open = cells[at + OPEN_TIME]! - theirs[their + OPEN_TIME]!;
  if (open > 0 || (open === 0 && orderOf(cells, at + OPEN_TIME, theirs, their + OPEN_TIME, 1, 1) > 0))
    copyPrint(theirs, their + OPEN_TIME, cells, at + OPEN_TIME, 1, 1);
  const close = cells[at + CLOSE_TIME]! - theirs[their + CLOSE_TIME]!;
  if (close < 0 || (close === 0 && orderOf(cells, at + CLOSE_TIME, theirs, their + CLOSE_TIME, 1, 1) < 0))
    copyPrint(theirs, their + CLOSE_TIME, cells, at + CLOSE_TIME, 1, 1);
};

/** Adds cells at the same or lower scales to cells that {@link canMeet} them. */
export const meet = (cells: Float64Array, at: number, theirs: Float64Array, their: number): void => {
  const byPrice = POWERS[cells[at + PRICE_SCALE]! - theirs[their + PRICE_SCALE]!]!;
  const bySize = POWERS[cells[at + SIZE_SCALE]! - theirs[their + SIZE_SCALE]!]!;
  cells[at + TRADE_COUNT]! += theirs[their + TRADE_COUNT]!;
  const [low, high] = [theirs[their + LOW]! * byPrice, theirs[their + HIGH]! * byPrice];
  if (low < cells[at + LOW]!) cells[at + LOW] = low;
  if (high > cells[at + HIGH]!) cells[at + HIGH] = high;
  addSum(cells, at + VOLUME, theirs, their + VOLUME, bySize);
  addSum(cells, at + PRICE_SUM, theirs, their + PRICE_SUM, byPrice);
  addSum(cells, at + NOTIONAL, theirs, their + NOTIONAL, byPrice * bySize);
  if (orderOf(cells, at + OPEN_TIME, theirs, their + OPEN_TIME, byPrice, bySize) > 0)
    copyPrint(theirs, their + OPEN_TIME, cells, at + OPEN_TIME, byPrice, bySize);
  if (orderOf(cells, at + CLOSE_TIME, theirs, their + CLOSE_TIME, byPrice, bySize) < 0)
    copyPrint(theirs, their + CLOSE_TIME, cells, at + CLOSE_TIME, byPrice, bySize);
};

/** Two doubles below 2^52 add exactly. */
const addSum = (cells: Float64Array, at: number, theirs: Float64Array, their: number, by: number): void => {
  let sum = cells[at]! + theirs[their]! * by;
  if (sum >= LIMIT) {
    sum -= LIMIT;
    cells[at + 1]! += 1;
  }
  cells[at] = sum;
  cells[at + 1]! += theirs[their + 1]!;
};

/** Negative, zero or positive as the first print is before, equal to or after the other: by time, sequence, price, size. */
const orderOf = (
  cells: Float64Array,
  at: number,
  theirs: Float64Array,
  their: number,
  byPrice: number,
  bySize: number,
): number =>
  cells[at]! - theirs[their]! ||
  cells[at + 1]! - theirs[their + 1]! ||
  cells[at + 2]! - theirs[their + 2]! * byPrice ||
  cells[at + 3]! - theirs[their + 3]! * bySize;

const copyPrint = (
  theirs: Float64Array,
  their: number,
  cells: Float64Array,
  at: number,
  byPrice: number,
  bySize: number,
): void => {
  cells[at] = theirs[their]!;
  cells[at + 1] = theirs[their + 1]!;
  cells[at + 2] = theirs[their + 2]! * byPrice;
  cells[at + 3] = theirs[their + 3]! * bySize;
};
