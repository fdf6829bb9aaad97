import { putVarint, type ByteReader } from "./bytes.ts";
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
  symbol: SYMBOL,
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
const SAME_LOW = 8;
const SAME_HIGH = 16;
const SAME_OPEN = 32;
const SAME_CLOSE = 64;
const ALL_SAME = SAME_LOW | SAME_HIGH | SAME_OPEN | SAME_CLOSE;
const BEYOND_DOUBLES = 128;
const SCALES = 9;

/** No content takes more bytes. */
export const MAX_CELL_BYTES = 160;

/** Whether a content can be written against another, of the same symbol. */
export const isLike = (cells: Float64Array, at: number, before: Float64Array, beforeAt: number): boolean =>
  cells[at + PRICE_SCALE] === before[beforeAt + PRICE_SCALE] &&
  cells[at + SIZE_SCALE] === before[beforeAt + SIZE_SCALE] &&
  !isBeyondDoubles(cells, at);

const isBeyondDoubles = (cells: Float64Array, at: number): boolean =>
  cells[at + VOLUME + 1]! > 0 || cells[at + PRICE_SUM + 1]! > 0 || cells[at + NOTIONAL + 1]! > 0;

/** What two contents that are alike have in common, SAME_… flags: all of them only where everything is the same. */
export const sameFlags = (cells: Float64Array, at: number, before: Float64Array, beforeAt: number): number => {
  const flags =
    (cells[at + LOW] === before[beforeAt + LOW] ? SAME_LOW : 0) |
    (cells[at + HIGH] === before[beforeAt + HIGH] ? SAME_HIGH : 0) |
    (isSamePrint(cells, at + OPEN_TIME, before, beforeAt + OPEN_TIME) ? SAME_OPEN : 0) |
    (isSamePrint(cells, at + CLOSE_TIME, before, beforeAt + CLOSE_TIME) ? SAME_CLOSE : 0);
  const isSameButSums = flags === ALL_SAME && cells[at + TRADE_COUNT] === before[beforeAt + TRADE_COUNT];
  return isSameButSums && !areSameSums(cells, at, before, beforeAt) ? flags - SAME_LOW : flags;
};

const isSamePrint = (cells: Float64Array, at: number, before: Float64Array, beforeAt: number): boolean =>
  cells[at] === before[beforeAt] &&
  cells[at + 1] === before[beforeAt + 1] &&
  cells[at + 2] === before[beforeAt + 2] &&
  cells[at + 3] === before[beforeAt + 3];

/** The low limbs; those of contents that are alike are all there is, here and before or here alone. */
const areSameSums = (cells: Float64Array, at: number, before: Float64Array, beforeAt: number): boolean =>
  cells[at + VOLUME] === before[beforeAt + VOLUME] &&
  cells[at + PRICE_SUM] === before[beforeAt + PRICE_SUM] &&
  cells[at + NOTIONAL] === before[beforeAt + NOTIONAL];

/**
 * Puts a sound content (content-cells.ts), {@link isPackable}, to where there is room for {@link MAX_CELL_BYTES}; returns the
 * position after it. Its {@link sameFlags} were written already; `before` is a content it is like.
 */
export const putCells = (
  bytes: DataView,
  start: number,
  flags: number,
  cells: Float64Array,
  at: number,
  before: Float64Array | undefined,
  beforeAt: number,
): number => {
  const isBeyond = before === undefined && isBeyondDoubles(cells, at);
  const tradeCount = cells[at + TRADE_COUNT]!;
  const low = cells[at + LOW]!;
  const openMs = cells[at + OPEN_TIME]!;
  const sequence = cells[at + OPEN_SEQUENCE]!;
  let to = start;
  if (before === undefined) {
    bytes.setUint8(to++, cells[at + PRICE_SCALE]! * SCALES + cells[at + SIZE_SCALE]! + (isBeyond ? BEYOND_DOUBLES : 0));
    to = putVarint(bytes, to, tradeCount);
  } else {
    const more = tradeCount - before[beforeAt + TRADE_COUNT]!;
    to = putVarint(bytes, to, zigzag(more));
    if (more === 0 && (flags & ALL_SAME) === ALL_SAME) return to;
  }
  if ((flags & SAME_LOW) === 0) to = putVarint(bytes, to, zigzag(low - (before ? before[beforeAt + LOW]! : 0)));
  if ((flags & SAME_HIGH) === 0) to = putVarint(bytes, to, cells[at + HIGH]! - low);
  if ((flags & SAME_OPEN) === 0) {
    to = putVarint(bytes, to, zigzag(openMs - cells[at + START]!));
    to = putVarint(bytes, to, zigzag(sequence - (before ? before[beforeAt + OPEN_SEQUENCE]! : 0)));
    to = putVarint(bytes, to, cells[at + OPEN_PRICE]! - low);
    to = putVarint(bytes, to, cells[at + OPEN_SIZE]!);
  }
  if ((flags & SAME_CLOSE) === 0) {
    to = putVarint(bytes, to, cells[at + CLOSE_TIME]! - openMs);
    to = putVarint(bytes, to, zigzag(cells[at + CLOSE_SEQUENCE]! - sequence));
    to = putVarint(bytes, to, cells[at + CLOSE_PRICE]! - low);
    to = putVarint(bytes, to, cells[at + CLOSE_SIZE]!);
  }
  const volume = cells[at + VOLUME]!;
  to = putVarint(bytes, to, volume);
  to = putVarint(bytes, to, cells[at + PRICE_SUM]! - (isBeyond ? 0 : tradeCount * low));
  to = putVarint(bytes, to, cells[at + NOTIONAL]! - (isBeyond ? 0 : volume * low));
  if (isBeyond) for (const sum of SUMS) to = putVarint(bytes, to, cells[at + sum + 1]!);
  return to;
};

/** Whether differences of its sequences stay below 2^53, whatever the other is. */
export const isPackable = (cells: Float64Array, at: number): boolean =>
  cells[at + OPEN_SEQUENCE]! < LIMIT && cells[at + CLOSE_SEQUENCE]! < LIMIT;

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** Numbers of one content on their way. */
const numbers = new Float64Array(16);

/** Reads what {@link putCells} put into an empty row whose start is set. @throws RangeError */
export const readCells = (
  reader: ByteReader,
  flags: number,
  cells: Float64Array,
  at: number,
  before: Float64Array | undefined,
  beforeAt: number,
): void => {
  const isBeyond = before === undefined && readForm(reader, flags, cells, at);
  reader.varints(numbers, 1);
  const tradeCount = before ? before[beforeAt + TRADE_COUNT]! + unzigzag(numbers[0]!) : numbers[0]!;
  if (tradeCount < 1) throw new RangeError(`a content must hold trades, held ${tradeCount}`);
  if (before && (flags & ALL_SAME) === ALL_SAME && tradeCount === before[beforeAt + TRADE_COUNT])
    return copyContent(cells, at, before, beforeAt);
  if (before) {
    cells[at + PRICE_SCALE] = before[beforeAt + PRICE_SCALE]!;
    cells[at + SIZE_SCALE] = before[beforeAt + SIZE_SCALE]!;
  }
  cells[at + TRADE_COUNT] = tradeCount;
  const sums = COUNTS[(flags & ALL_SAME) >> 3]!;
  reader.varints(numbers, sums + 3);
  readNumbers(flags, cells, at, before, beforeAt);
  const low = isBeyond ? 0 : cells[at + LOW]!;
  const volume = (cells[at + VOLUME] = numbers[sums]!);
  cells[at + PRICE_SUM] = numbers[sums + 1]! + tradeCount * low;
  cells[at + NOTIONAL] = numbers[sums + 2]! + volume * low;
  if (isBeyond) for (const sum of SUMS) cells[at + sum + 1] = reader.varint();
};

/** By SAME_… flags, shifted to begin at 1, how many numbers low, high, open and close take. */
const COUNTS: readonly number[] = Array.from(
  { length: 16 },
  (_, same) => (same & 1 ? 0 : 1) + (same & 2 ? 0 : 1) + (same & 4 ? 0 : 4) + (same & 8 ? 0 : 4),
);

/** Reads the scales of a content that is like none before; returns whether a sum is beyond 2^52. */
const readForm = (reader: ByteReader, flags: number, cells: Float64Array, at: number): boolean => {
  if ((flags & ALL_SAME) !== 0) throw new RangeError("a content must have in common what there is");
  const form = reader.byte();
  const scales = form % BEYOND_DOUBLES;
  if (scales >= SCALES * SCALES) throw new RangeError(`scales must be below ${SCALES * SCALES}, were ${scales}`);
  cells[at + PRICE_SCALE] = Math.floor(scales / SCALES);
  cells[at + SIZE_SCALE] = scales % SCALES;
  return form >= BEYOND_DOUBLES;
};

/** Low, high, open and close out of the numbers read. */
const readNumbers = (
  flags: number,
  cells: Float64Array,
  at: number,
  before: Float64Array | undefined,
  beforeAt: number,
): void => {
  let next = 0;
  const beforeLow = before ? before[beforeAt + LOW]! : 0;
  const low = (flags & SAME_LOW) === 0 ? beforeLow + unzigzag(numbers[next++]!) : beforeLow;
  cells[at + LOW] = low;
  cells[at + HIGH] = (flags & SAME_HIGH) === 0 ? low + numbers[next++]! : before![beforeAt + HIGH]!;
  if ((flags & SAME_OPEN) !== 0) copyPrint(before!, beforeAt + OPEN_TIME, cells, at + OPEN_TIME);
  else {
    cells[at + OPEN_TIME] = unzigzag(numbers[next++]!) + cells[at + START]!;
    cells[at + OPEN_SEQUENCE] = unzigzag(numbers[next++]!) + (before ? before[beforeAt + OPEN_SEQUENCE]! : 0);
    cells[at + OPEN_PRICE] = numbers[next++]! + low;
    cells[at + OPEN_SIZE] = numbers[next++]!;
  }
  if ((flags & SAME_CLOSE) !== 0) return copyPrint(before!, beforeAt + CLOSE_TIME, cells, at + CLOSE_TIME);
  cells[at + CLOSE_TIME] = numbers[next++]! + cells[at + OPEN_TIME]!;
  cells[at + CLOSE_SEQUENCE] = unzigzag(numbers[next++]!) + cells[at + OPEN_SEQUENCE]!;
  cells[at + CLOSE_PRICE] = numbers[next++]! + low;
  cells[at + CLOSE_SIZE] = numbers[next]!;
};

const copyPrint = (before: Float64Array, beforeAt: number, cells: Float64Array, at: number): void => {
  for (let cell = 0; cell < 4; cell++) cells[at + cell] = before[beforeAt + cell]!;
};

/** Copies a content but for the high limbs of its sums, which what is like another has not. */
const copyContent = (cells: Float64Array, at: number, before: Float64Array, beforeAt: number): void => {
  for (let cell = 0; cell < SYMBOL; cell++) cells[at + cell] = before[beforeAt + cell]!;
  for (const sum of SUMS) cells[at + sum + 1] = 0;
};
