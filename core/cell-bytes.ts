import type { ByteReader, ByteWriter } from "./bytes.ts";
import {
  CLOSE_TIME,
  HIGH,
  LOW,
  NOTIONAL,
  OPEN_TIME,
  PRICE_SCALE,
  PRICE_SUM,
  SIZE_SCALE,
  START,
  STRIDE,
  SUMS,
  TRADE_COUNT,
  VOLUME,
} from "./content-cells.ts";

/*
 * content = price scale × 9 + size scale, + 128 if a sum is beyond 2^52 : byte
 *           trade count
 *           low - low before : zigzag                                          unless SAME_LOW
 *           high - low                                                         unless SAME_HIGH
 *           time - start : zigzag, sequence - sequence before : zigzag,
 *             price - low, size of open                                        unless SAME_OPEN
 *           time - open's, sequence - open's : zigzag, price - low, size
 *             of close                                                         unless SAME_CLOSE
 *           volume, price sum - count × low, notional - volume × low           of sums beyond 2^52 both limbs, whole
 *
 * A number is a varint where nothing is said. "Before" is a content of the same symbol and scales, or zeros. A longer
 * window has most of its low, high, open and close in common with a shorter one of the same symbol.
 */
export const SAME_LOW = 8;
export const SAME_HIGH = 16;
export const SAME_OPEN = 32;
export const SAME_CLOSE = 64;
const BEYOND_DOUBLES = 128;
const SCALES = 9;

/** A content before that has nothing in common with any. */
export const NO_CELLS: Float64Array = new Float64Array(STRIDE);

/** What two contents of one symbol have in common, SAME_… flags; nothing where their scales differ. */
export const sameFlags = (cells: Float64Array, at: number, before: Float64Array, beforeAt: number): number => {
  if (!haveSameScales(cells, at, before, beforeAt)) return 0;
  return (
    (cells[at + LOW] === before[beforeAt + LOW] ? SAME_LOW : 0) |
    (cells[at + HIGH] === before[beforeAt + HIGH] ? SAME_HIGH : 0) |
    (isSamePrint(cells, at + OPEN_TIME, before, beforeAt + OPEN_TIME) ? SAME_OPEN : 0) |
    (isSamePrint(cells, at + CLOSE_TIME, before, beforeAt + CLOSE_TIME) ? SAME_CLOSE : 0)
  );
};

const haveSameScales = (cells: Float64Array, at: number, before: Float64Array, beforeAt: number): boolean =>
  before[beforeAt + TRADE_COUNT]! > 0 &&
  cells[at + PRICE_SCALE] === before[beforeAt + PRICE_SCALE] &&
  cells[at + SIZE_SCALE] === before[beforeAt + SIZE_SCALE];

const isSamePrint = (cells: Float64Array, at: number, before: Float64Array, beforeAt: number): boolean =>
  cells[at] === before[beforeAt] &&
  cells[at + 1] === before[beforeAt + 1] &&
  cells[at + 2] === before[beforeAt + 2] &&
  cells[at + 3] === before[beforeAt + 3];

/** Writes the content of cells, sound ones (content-cells.ts), whose {@link sameFlags} were written already. */
export const writeCells = (
  writer: ByteWriter,
  flags: number,
  cells: Float64Array,
  at: number,
  before: Float64Array,
  beforeAt: number,
): void => {
  const isBeyond = SUMS.some((sum) => cells[at + sum + 1]! > 0);
  writer.byte(cells[at + PRICE_SCALE]! * SCALES + cells[at + SIZE_SCALE]! + (isBeyond ? BEYOND_DOUBLES : 0));
  const isLike = haveSameScales(cells, at, before, beforeAt);
  const low = cells[at + LOW]!;
  writer.varint(cells[at + TRADE_COUNT]!);
  if ((flags & SAME_LOW) === 0) writer.zigzag(low - (isLike ? before[beforeAt + LOW]! : 0));
  if ((flags & SAME_HIGH) === 0) writer.varint(cells[at + HIGH]! - low);
  const [openMs, sequence] = [cells[at + OPEN_TIME]!, cells[at + OPEN_TIME + 1]!];
  if ((flags & SAME_OPEN) === 0) {
    writer.zigzag(openMs - cells[at + START]!);
    writer.zigzag(sequence - (isLike ? before[beforeAt + OPEN_TIME + 1]! : 0));
    writer.varint(cells[at + OPEN_TIME + 2]! - low);
    writer.varint(cells[at + OPEN_TIME + 3]!);
  }
  if ((flags & SAME_CLOSE) === 0) {
    writer.varint(cells[at + CLOSE_TIME]! - openMs);
    writer.zigzag(cells[at + CLOSE_TIME + 1]! - sequence);
    writer.varint(cells[at + CLOSE_TIME + 2]! - low);
    writer.varint(cells[at + CLOSE_TIME + 3]!);
  }
  if (isBeyond) for (const sum of SUMS) for (const limb of [sum, sum + 1]) writer.varint(cells[at + limb]!);
  else {
    writer.varint(cells[at + VOLUME]!);
    writer.varint(cells[at + PRICE_SUM]! - cells[at + TRADE_COUNT]! * low);
    writer.varint(cells[at + NOTIONAL]! - cells[at + VOLUME]! * low);
  }
};

/** Reads what {@link writeCells} wrote into the cells of a row whose start is set. @throws RangeError */
export const readCells = (
  reader: ByteReader,
  flags: number,
  cells: Float64Array,
  at: number,
  before: Float64Array,
  beforeAt: number,
): void => {
  const form = reader.byte();
  const scales = form % BEYOND_DOUBLES;
  if (scales >= SCALES * SCALES) throw new RangeError(`scales must be below ${SCALES * SCALES}, were ${scales}`);
  cells[at + PRICE_SCALE] = Math.floor(scales / SCALES);
  cells[at + SIZE_SCALE] = scales % SCALES;
  const tradeCount = (cells[at + TRADE_COUNT] = reader.varint());
  const isLike = haveSameScales(cells, at, before, beforeAt);
  if (tradeCount === 0 || (!isLike && (flags & (SAME_LOW | SAME_HIGH | SAME_OPEN | SAME_CLOSE)) !== 0))
    throw new RangeError("a content must hold trades, and have in common only what there is");
  const low =
    (flags & SAME_LOW) !== 0 ? before[beforeAt + LOW]! : reader.zigzag() + (isLike ? before[beforeAt + LOW]! : 0);
  cells[at + LOW] = low;
  cells[at + HIGH] = (flags & SAME_HIGH) !== 0 ? before[beforeAt + HIGH]! : reader.varint() + low;
  const open = at + OPEN_TIME;
  if ((flags & SAME_OPEN) !== 0) copyPrint(before, beforeAt + OPEN_TIME, cells, open);
  else {
    cells[open] = reader.zigzag() + cells[at + START]!;
    cells[open + 1] = reader.zigzag() + (isLike ? before[beforeAt + OPEN_TIME + 1]! : 0);
    cells[open + 2] = reader.varint() + low;
    cells[open + 3] = reader.varint();
  }
  const close = at + CLOSE_TIME;
  if ((flags & SAME_CLOSE) !== 0) copyPrint(before, beforeAt + CLOSE_TIME, cells, close);
  else {
    cells[close] = reader.varint() + cells[open]!;
    cells[close + 1] = reader.zigzag() + cells[open + 1]!;
    cells[close + 2] = reader.varint() + low;
    cells[close + 3] = reader.varint();
  }
  if (form >= BEYOND_DOUBLES) {
    for (const sum of SUMS) for (const limb of [sum, sum + 1]) cells[at + limb] = reader.varint();
    return;
  }
  const volume = (cells[at + VOLUME] = reader.varint());
  cells[at + PRICE_SUM] = reader.varint() + tradeCount * low;
  cells[at + NOTIONAL] = reader.varint() + volume * low;
};

const copyPrint = (before: Float64Array, beforeAt: number, cells: Float64Array, at: number): void => {
  for (let cell = 0; cell < 4; cell++) cells[at + cell] = before[beforeAt + cell]!;
};
