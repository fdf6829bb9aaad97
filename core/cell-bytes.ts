import type { ByteReader, ByteWriter } from "./bytes.ts";
import { CELL } from "./content-cells.ts";

const {
  closePrice: CLOSE_PRICE,
  closeSequence: CLOSE_SEQUENCE,
  closeSize: CLOSE_SIZE,
  closeTime: CLOSE_TIME,
  high: HIGH,
  low: LOW,
  notional: NOTIONAL,
  openPrice: OPEN_PRICE,
  openSequence: OPEN_SEQUENCE,
  openSize: OPEN_SIZE,
  openTime: OPEN_TIME,
  priceScale: PRICE_SCALE,
  priceSum: PRICE_SUM,
  sizeScale: SIZE_SCALE,
  start: START,
  sums: SUMS,
  tradeCount: TRADE_COUNT,
  volume: VOLUME,
  limit: LIMIT,
} = CELL;

/*
 * content = price scale × 9 + size scale, + 128 if a sum is beyond 2^52 : byte    unless it is like the one before
 *           trade count; if like: - that before : zigzag
 *           low - low before : zigzag                                          unless SAME_LOW
 *           high - low                                                         unless SAME_HIGH
 *           time - start : zigzag, sequence - sequence before : zigzag,
 *             price - low, size of open                                        unless SAME_OPEN
 *           time - open's, sequence - open's : zigzag, price - low, size
 *             of close                                                         unless SAME_CLOSE
 *           volume, price sum - count × low, notional - volume × low           unless all is as before; of sums beyond 2^52
 *                                                                              the low limbs, whole, then the high ones
 *
 * A number is a varint where nothing is said. Like the one before is a content of the same symbol and scales, no sum of
 * which is beyond 2^52; without one "before" is zeros. A longer window has most of its low, high, open and close in common
 * with a shorter one of the same symbol, and all of it while that is its only one.
 */
export const SAME_LOW = 8;
export const SAME_HIGH = 16;
export const SAME_OPEN = 32;
export const SAME_CLOSE = 64;
const ALL_SAME = SAME_LOW | SAME_HIGH | SAME_OPEN | SAME_CLOSE;
const BEYOND_DOUBLES = 128;
const SCALES = 9;

/** Cells of a row, or of none before. */
export interface CellsAt {
  readonly cells: Float64Array;
  readonly at: number;
}

/** Whether a content can be written against another, of the same symbol. */
export const isLike = (content: CellsAt, before: CellsAt): boolean =>
  content.cells[content.at + PRICE_SCALE] === before.cells[before.at + PRICE_SCALE] &&
  content.cells[content.at + SIZE_SCALE] === before.cells[before.at + SIZE_SCALE] &&
  !isBeyondDoubles(content);

const isBeyondDoubles = ({ cells, at }: CellsAt): boolean =>
  cells[at + VOLUME + 1]! > 0 || cells[at + PRICE_SUM + 1]! > 0 || cells[at + NOTIONAL + 1]! > 0;

/** What two contents that are alike have in common, SAME_… flags: all of them only where everything is the same. */
export const sameFlags = ({ cells, at }: CellsAt, { cells: before, at: beforeAt }: CellsAt): number => {
  const flags =
    (cells[at + LOW] === before[beforeAt + LOW] ? SAME_LOW : 0) |
    (cells[at + HIGH] === before[beforeAt + HIGH] ? SAME_HIGH : 0) |
    (isSamePrint(cells, at + OPEN_TIME, before, beforeAt + OPEN_TIME) ? SAME_OPEN : 0) |
    (isSamePrint(cells, at + CLOSE_TIME, before, beforeAt + CLOSE_TIME) ? SAME_CLOSE : 0);
  const isSameButSums = flags === ALL_SAME && cells[at + TRADE_COUNT] === before[beforeAt + TRADE_COUNT];
  return isSameButSums && SUMS.some((sum) => cells[at + sum] !== before[beforeAt + sum]) ? flags - SAME_LOW : flags;
};

const isSamePrint = (cells: Float64Array, at: number, before: Float64Array, beforeAt: number): boolean =>
  cells[at] === before[beforeAt] &&
  cells[at + 1] === before[beforeAt + 1] &&
  cells[at + 2] === before[beforeAt + 2] &&
  cells[at + 3] === before[beforeAt + 3];

/** Numbers of one content on their way. */
const numbers = new Float64Array(16);

/**
 * Writes a sound content (content-cells.ts), {@link isPackable}, whose {@link sameFlags} were written already; `before` is
 * one it is like.
 */
export const writeCells = (
  writer: ByteWriter,
  flags: number,
  { cells, at }: CellsAt,
  before: CellsAt | undefined,
): void => {
  const isBeyond = !before && isBeyondDoubles({ cells, at });
  const [tradeCount, low] = [cells[at + TRADE_COUNT]!, cells[at + LOW]!];
  let count = 0;
  if (before) numbers[count++] = zigzag(tradeCount - before.cells[before.at + TRADE_COUNT]!);
  else {
    writer.byte(cells[at + PRICE_SCALE]! * SCALES + cells[at + SIZE_SCALE]! + (isBeyond ? BEYOND_DOUBLES : 0));
    numbers[count++] = tradeCount;
  }
  if ((flags & SAME_LOW) === 0) numbers[count++] = zigzag(low - (before ? before.cells[before.at + LOW]! : 0));
  if ((flags & SAME_HIGH) === 0) numbers[count++] = cells[at + HIGH]! - low;
  const [openMs, sequence] = [cells[at + OPEN_TIME]!, cells[at + OPEN_SEQUENCE]!];
  if ((flags & SAME_OPEN) === 0) {
    numbers[count++] = zigzag(openMs - cells[at + START]!);
    numbers[count++] = zigzag(sequence - (before ? before.cells[before.at + OPEN_SEQUENCE]! : 0));
    numbers[count++] = cells[at + OPEN_PRICE]! - low;
    numbers[count++] = cells[at + OPEN_SIZE]!;
  }
  if ((flags & SAME_CLOSE) === 0) {
    numbers[count++] = cells[at + CLOSE_TIME]! - openMs;
    numbers[count++] = zigzag(cells[at + CLOSE_SEQUENCE]! - sequence);
    numbers[count++] = cells[at + CLOSE_PRICE]! - low;
    numbers[count++] = cells[at + CLOSE_SIZE]!;
  }
  if (!before || !isAllSame(flags, tradeCount, before)) {
    const [volume, priceSum, notional] = [cells[at + VOLUME]!, cells[at + PRICE_SUM]!, cells[at + NOTIONAL]!];
    numbers[count++] = volume;
    numbers[count++] = isBeyond ? priceSum : priceSum - tradeCount * low;
    numbers[count++] = isBeyond ? notional : notional - volume * low;
  }
  writer.varints(numbers, count);
  if (isBeyond) for (const sum of SUMS) writer.varint(cells[at + sum + 1]!);
};

/** Whether differences of its sequences stay below 2^53, whatever the other is. */
export const isPackable = ({ cells, at }: CellsAt): boolean =>
  cells[at + OPEN_SEQUENCE]! < LIMIT && cells[at + CLOSE_SEQUENCE]! < LIMIT;

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

const isAllSame = (flags: number, tradeCount: number, before: CellsAt): boolean =>
  (flags & ALL_SAME) === ALL_SAME && tradeCount === before.cells[before.at + TRADE_COUNT];

/** Reads what {@link writeCells} wrote into an empty row whose start is set. @throws RangeError */
export const readCells = (
  reader: ByteReader,
  flags: number,
  { cells, at }: CellsAt,
  before: CellsAt | undefined,
): void => {
  if (!before && (flags & ALL_SAME) !== 0) throw new RangeError("a content must have in common what there is");
  const form = before ? 0 : reader.byte();
  if (before) for (const scale of [PRICE_SCALE, SIZE_SCALE]) cells[at + scale] = before.cells[before.at + scale]!;
  else readScales(form % BEYOND_DOUBLES, cells, at);
  reader.varints(numbers, 1);
  const tradeCount = before ? before.cells[before.at + TRADE_COUNT]! + unzigzag(numbers[0]!) : numbers[0]!;
  if (tradeCount < 1) throw new RangeError(`a content must hold trades, held ${tradeCount}`);
  cells[at + TRADE_COUNT] = tradeCount;
  const hasSums = !before || !isAllSame(flags, tradeCount, before);
  reader.varints(numbers, COUNTS[(flags & ALL_SAME) >> 3]! + (hasSums ? SUMS.length : 0));
  readNumbers(flags, cells, at, before);
  const sums = COUNTS[(flags & ALL_SAME) >> 3]!;
  if (!hasSums) for (const sum of SUMS) cells[at + sum] = before.cells[before.at + sum]!;
  else {
    const isBeyond = form >= BEYOND_DOUBLES;
    const low = isBeyond ? 0 : cells[at + LOW]!;
    const volume = (cells[at + VOLUME] = numbers[sums]!);
    cells[at + PRICE_SUM] = numbers[sums + 1]! + tradeCount * low;
    cells[at + NOTIONAL] = numbers[sums + 2]! + volume * low;
    if (isBeyond) for (const sum of SUMS) cells[at + sum + 1] = reader.varint();
  }
};

/** By SAME_… flags, shifted to begin at 1, how many numbers low, high, open and close take. */
const COUNTS: readonly number[] = Array.from(
  { length: 16 },
  (_, same) => (same & 1 ? 0 : 1) + (same & 2 ? 0 : 1) + (same & 4 ? 0 : 4) + (same & 8 ? 0 : 4),
);

const readScales = (scales: number, cells: Float64Array, at: number): void => {
  if (scales >= SCALES * SCALES) throw new RangeError(`scales must be below ${SCALES * SCALES}, were ${scales}`);
  cells[at + PRICE_SCALE] = Math.floor(scales / SCALES);
  cells[at + SIZE_SCALE] = scales % SCALES;
};

/** Low, high, open and close out of the numbers read. */
const readNumbers = (flags: number, cells: Float64Array, at: number, before: CellsAt | undefined): void => {
  let next = 0;
  const beforeLow = before ? before.cells[before.at + LOW]! : 0;
  const low = (flags & SAME_LOW) === 0 ? beforeLow + unzigzag(numbers[next++]!) : beforeLow;
  cells[at + LOW] = low;
  cells[at + HIGH] = (flags & SAME_HIGH) === 0 ? low + numbers[next++]! : before!.cells[before!.at + HIGH]!;
  if ((flags & SAME_OPEN) !== 0) copyPrint(before!, OPEN_TIME, cells, at + OPEN_TIME);
  else {
    cells[at + OPEN_TIME] = unzigzag(numbers[next++]!) + cells[at + START]!;
    cells[at + OPEN_SEQUENCE] = unzigzag(numbers[next++]!) + (before ? before.cells[before.at + OPEN_SEQUENCE]! : 0);
    cells[at + OPEN_PRICE] = numbers[next++]! + low;
    cells[at + OPEN_SIZE] = numbers[next++]!;
  }
  if ((flags & SAME_CLOSE) !== 0) return copyPrint(before!, CLOSE_TIME, cells, at + CLOSE_TIME);
  cells[at + CLOSE_TIME] = numbers[next++]! + cells[at + OPEN_TIME]!;
  cells[at + CLOSE_SEQUENCE] = unzigzag(numbers[next++]!) + cells[at + OPEN_SEQUENCE]!;
  cells[at + CLOSE_PRICE] = numbers[next++]! + low;
  cells[at + CLOSE_SIZE] = numbers[next]!;
};

const copyPrint = (before: CellsAt, print: number, cells: Float64Array, at: number): void => {
  for (let cell = 0; cell < 4; cell++) cells[at + cell] = before.cells[before.at + print + cell]!;
};
