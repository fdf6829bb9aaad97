import type { ByteReader, ByteWriter } from "./bytes.ts";
import {
  CLOSE_TIME,
  HIGH,
  LOW,
  NOTIONAL,
  OPEN_SEQUENCE,
  OPEN_TIME,
  PRICE_SCALE,
  PRICE_SUM,
  SIZE_SCALE,
  START,
  SUMS,
  TRADE_COUNT,
  VOLUME,
} from "./content-cells.ts";

/*
 * content = price scale × 9 + size scale, + 128 if a sum is beyond 2^52 : byte    unless it is like the one before
 *           trade count; if like: - that before : zigzag
 *           low - low before : zigzag                                          unless SAME_LOW
 *           high - low                                                         unless SAME_HIGH
 *           time - start : zigzag, sequence - sequence before : zigzag,
 *             price - low, size of open                                        unless SAME_OPEN
 *           time - open's, sequence - open's : zigzag, price - low, size
 *             of close                                                         unless SAME_CLOSE
 *           volume, price sum - count × low, notional - volume × low           of sums beyond 2^52 both limbs, whole;
 *                                                                              nothing if all is as before
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

/** Writes a sound content (content-cells.ts) whose {@link sameFlags} were written already; `before` is one it is like. */
export const writeCells = (
  writer: ByteWriter,
  flags: number,
  { cells, at }: CellsAt,
  before: CellsAt | undefined,
): void => {
  const isBeyond = !before && isBeyondDoubles({ cells, at });
  if (!before)
    writer.byte(cells[at + PRICE_SCALE]! * SCALES + cells[at + SIZE_SCALE]! + (isBeyond ? BEYOND_DOUBLES : 0));
  const [tradeCount, low] = [cells[at + TRADE_COUNT]!, cells[at + LOW]!];
  if (before) writer.zigzag(tradeCount - before.cells[before.at + TRADE_COUNT]!);
  else writer.varint(tradeCount);
  if ((flags & SAME_LOW) === 0) writer.zigzag(low - (before ? before.cells[before.at + LOW]! : 0));
  if ((flags & SAME_HIGH) === 0) writer.varint(cells[at + HIGH]! - low);
  const [openMs, sequence] = [cells[at + OPEN_TIME]!, cells[at + OPEN_SEQUENCE]!];
  if ((flags & SAME_OPEN) === 0) {
    writer.zigzag(openMs - cells[at + START]!);
    writer.zigzag(sequence - (before ? before.cells[before.at + OPEN_SEQUENCE]! : 0));
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
  else if (!before || !isAllSame(flags, tradeCount, before)) {
    writer.varint(cells[at + VOLUME]!);
    writer.varint(cells[at + PRICE_SUM]! - tradeCount * low);
    writer.varint(cells[at + NOTIONAL]! - cells[at + VOLUME]! * low);
  }
};

const isAllSame = (flags: number, tradeCount: number, before: CellsAt): boolean =>
  (flags & ALL_SAME) === ALL_SAME && tradeCount === before.cells[before.at + TRADE_COUNT];

/** Reads what {@link writeCells} wrote into an empty row whose start is set. @throws RangeError */
export const readCells = (
  reader: ByteReader,
  flags: number,
  { cells, at }: CellsAt,
  before: CellsAt | undefined,
): void => {
  const form = before ? 0 : reader.byte();
  if (before) for (const scale of [PRICE_SCALE, SIZE_SCALE]) cells[at + scale] = before.cells[before.at + scale]!;
  else readScales(form % BEYOND_DOUBLES, cells, at);
  if (!before && (flags & ALL_SAME) !== 0) throw new RangeError("a content must have in common what there is");
  const tradeCount = before ? before.cells[before.at + TRADE_COUNT]! + reader.zigzag() : reader.varint();
  if (tradeCount < 1) throw new RangeError(`a content must hold trades, held ${tradeCount}`);
  cells[at + TRADE_COUNT] = tradeCount;
  const low =
    (flags & SAME_LOW) === 0
      ? reader.zigzag() + (before ? before.cells[before.at + LOW]! : 0)
      : before!.cells[before!.at + LOW]!;
  cells[at + LOW] = low;
  cells[at + HIGH] = (flags & SAME_HIGH) === 0 ? reader.varint() + low : before!.cells[before!.at + HIGH]!;
  readPrints(reader, flags, cells, at, before);
  if (form >= BEYOND_DOUBLES)
    for (const sum of SUMS) for (const limb of [sum, sum + 1]) cells[at + limb] = reader.varint();
  else if (before && isAllSame(flags, tradeCount, before))
    for (const sum of SUMS) cells[at + sum] = before.cells[before.at + sum]!;
  else {
    const volume = (cells[at + VOLUME] = reader.varint());
    cells[at + PRICE_SUM] = reader.varint() + tradeCount * low;
    cells[at + NOTIONAL] = reader.varint() + volume * low;
  }
};

const readScales = (scales: number, cells: Float64Array, at: number): void => {
  if (scales >= SCALES * SCALES) throw new RangeError(`scales must be below ${SCALES * SCALES}, were ${scales}`);
  cells[at + PRICE_SCALE] = Math.floor(scales / SCALES);
  cells[at + SIZE_SCALE] = scales % SCALES;
};

const readPrints = (
  reader: ByteReader,
  flags: number,
  cells: Float64Array,
  at: number,
  before: CellsAt | undefined,
): void => {
  const low = cells[at + LOW]!;
  const open = at + OPEN_TIME;
  if ((flags & SAME_OPEN) !== 0) copyPrint(before!, OPEN_TIME, cells, open);
  else {
    cells[open] = reader.zigzag() + cells[at + START]!;
    cells[open + 1] = reader.zigzag() + (before ? before.cells[before.at + OPEN_SEQUENCE]! : 0);
    cells[open + 2] = reader.varint() + low;
    cells[open + 3] = reader.varint();
  }
  const close = at + CLOSE_TIME;
  if ((flags & SAME_CLOSE) !== 0) return copyPrint(before!, CLOSE_TIME, cells, close);
  cells[close] = reader.varint() + cells[open]!;
  cells[close + 1] = reader.zigzag() + cells[open + 1]!;
  cells[close + 2] = reader.varint() + low;
  cells[close + 3] = reader.varint();
};

const copyPrint = (before: CellsAt, print: number, cells: Float64Array, at: number): void => {
  for (let cell = 0; cell < 4; cell++) cells[at + cell] = before.cells[before.at + print + cell]!;
};
