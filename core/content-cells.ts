import { least, leastWide, type Decimal, type WideDecimal } from "./decimal.ts";
import { EXACT_LIMIT } from "./exact-sum.ts";
import type { BarContent, Print } from "./pane.ts";
import { epochMs } from "./units.ts";

/**
 * What trades add up to, as a row of doubles that hold integers: where each stands. Prices and their sum are at the row's
 * price scale, sizes and volume at its size scale, the notional at both together. A sum is `cell + next cell × 2^52`, the
 * first below 2^52; a print is time, sequence, price, size.
 *
 * Where it matters, take these into constants of the module: an import is read anew wherever it is used.
 */
export const CELL = {
  tradeCount: 0,
  low: 1,
  high: 2,
  openTime: 3,
  openSequence: 4,
  openPrice: 5,
  openSize: 6,
  closeTime: 7,
  closeSequence: 8,
  closePrice: 9,
  closeSize: 10,
  volume: 11,
  priceSum: 13,
  notional: 15,
  priceScale: 17,
  sizeScale: 18,
  /** The symbol's id and the window's start: not content, as the cells before are. */
  symbol: 19,
  start: 20,
  /** The greatest watermark that trades of the row were held against. */
  watermark: 21,
  /** Cells of a row. */
  stride: 22,
  sums: [11, 13, 15],
  prints: [3, 7],
  /** Each limb of a sum is below this, so that two add exactly in a double. */
  limit: EXACT_LIMIT,
} as const;

const {
  tradeCount: TRADE_COUNT,
  low: LOW,
  high: HIGH,
  openTime: OPEN_TIME,
  openSize: OPEN_SIZE,
  closeTime: CLOSE_TIME,
  closeSize: CLOSE_SIZE,
  volume: VOLUME,
  priceSum: PRICE_SUM,
  notional: NOTIONAL,
  priceScale: PRICE_SCALE,
  sizeScale: SIZE_SCALE,
  watermark: WATERMARK,
  sums: SUMS,
  prints: PRINTS,
} = CELL;

const MAX_CELL_SCALE = 8;

/** The content of cells, decimals in least scale. */
export const contentOf = (cells: Float64Array, at: number): BarContent => {
  const [priceScale, sizeScale] = [cells[at + PRICE_SCALE]!, cells[at + SIZE_SCALE]!];
  return {
    tradeCount: cells[at + TRADE_COUNT]!,
    open: printOf(cells, at + OPEN_TIME, priceScale, sizeScale),
    high: least({ units: cells[at + HIGH]!, scale: priceScale }),
    low: least({ units: cells[at + LOW]!, scale: priceScale }),
    close: printOf(cells, at + CLOSE_TIME, priceScale, sizeScale),
    volume: sumOf(cells, at + VOLUME, sizeScale),
    priceSum: sumOf(cells, at + PRICE_SUM, priceScale),
    notional: sumOf(cells, at + NOTIONAL, priceScale + sizeScale),
  };
};

const printOf = (cells: Float64Array, at: number, priceScale: number, sizeScale: number): Print => ({
  eventTimeMs: epochMs(cells[at]!),
  sequence: cells[at + 1]!,
  price: least({ units: cells[at + 2]!, scale: priceScale }),
  size: least({ units: cells[at + 3]!, scale: sizeScale }),
});

const sumOf = (cells: Float64Array, at: number, scale: number): WideDecimal => {
  const high = cells[at + 1]!;
  if (high > 0) return leastWide({ units: BigInt(cells[at]!) + BigInt(high) * BigInt(EXACT_LIMIT), scale });
  const { units, scale: leastScale } = least({ units: cells[at]!, scale });
  return { units: BigInt(units), scale: leastScale };
};

/**
 * Writes a content into the cells from 0 on, at its greatest scales; the watermark is that of no trade. False when a double
 * cannot hold it exactly, or when no trades can have made it.
 */
export const toCells = (content: BarContent, cells: Float64Array): boolean => {
  const { tradeCount, open, high, low, close, volume, priceSum, notional } = content;
  const sizeScale = Math.max(open.size.scale, close.size.scale, volume.scale);
  const priceScale = Math.max(
    ...[open.price, close.price, high, low, priceSum].map(({ scale }) => scale),
    notional.scale - sizeScale,
  );
  if (priceScale > MAX_CELL_SCALE || sizeScale > MAX_CELL_SCALE) return false;
  cells[TRADE_COUNT] = tradeCount;
  cells[LOW] = unitsAt(low, priceScale);
  cells[HIGH] = unitsAt(high, priceScale);
  toPrint(open, cells, OPEN_TIME, priceScale, sizeScale);
  toPrint(close, cells, CLOSE_TIME, priceScale, sizeScale);
  toSum(volume, cells, VOLUME, sizeScale);
  toSum(priceSum, cells, PRICE_SUM, priceScale);
  toSum(notional, cells, NOTIONAL, priceScale + sizeScale);
  cells[PRICE_SCALE] = priceScale;
  cells[SIZE_SCALE] = sizeScale;
  cells[WATERMARK] = Number.NEGATIVE_INFINITY;
  return isSound(cells);
};

const unitsAt = ({ units, scale }: Decimal, at: number): number => units * 10 ** (at - scale);

const toPrint = (
  { eventTimeMs, sequence, price, size }: Print,
  cells: Float64Array,
  at: number,
  priceScale: number,
  sizeScale: number,
): void => {
  cells[at] = eventTimeMs;
  cells[at + 1] = sequence;
  cells[at + 2] = unitsAt(price, priceScale);
  cells[at + 3] = unitsAt(size, sizeScale);
};

const LIMB = BigInt(EXACT_LIMIT);

const toSum = ({ units, scale }: WideDecimal, cells: Float64Array, at: number, atScale: number): void => {
  const scaled = units * 10n ** BigInt(atScale - scale);
  cells[at] = Number(scaled % LIMB);
  cells[at + 1] = Number(scaled / LIMB);
};

/** Whether every cell is exact, and low and high, open and close, count and sums are as those of trades are. */
const isSound = (cells: Float64Array): boolean =>
  cells[HIGH]! < EXACT_LIMIT &&
  cells[OPEN_SIZE]! < EXACT_LIMIT &&
  cells[CLOSE_SIZE]! < EXACT_LIMIT &&
  SUMS.every((sum) => cells[sum + 1]! < EXACT_LIMIT) &&
  cells[OPEN_TIME]! <= cells[CLOSE_TIME]! &&
  PRINTS.every((print) => cells[LOW]! <= cells[print + 2]! && cells[print + 2]! <= cells[HIGH]!) &&
  isAtLeast(cells, PRICE_SUM, Math.max(cells[HIGH]!, cells[LOW]! * cells[TRADE_COUNT]!)) &&
  isAtLeast(cells, VOLUME, Math.max(cells[OPEN_SIZE]!, cells[CLOSE_SIZE]!)) &&
  isAtLeast(cells, NOTIONAL, cells[LOW]! * cells[VOLUME]!);

/** Whether a sum is beyond doubles, or no less than `least`. */
const isAtLeast = (cells: Float64Array, sum: number, least: number): boolean =>
  cells[sum + 1]! > 0 || cells[sum]! >= least;
