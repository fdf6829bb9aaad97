import type { ByteReader, ByteWriter } from "./bytes.ts";
import { readCells } from "./cell-bytes.ts";
import { CELL } from "./content-cells.ts";
import type { ContentRows } from "./content-rows.ts";
import { readContentRow } from "./pane-row.ts";
import type { SymbolTable } from "./symbol-table.ts";
import { durationMs, epochMs, sequenceDigits, sequenceNumber, type DurationMs, type SequenceNumber } from "./units.ts";

const { stride: STRIDE } = CELL;

/*
 * block    = intervals (count, seconds each : varints), positions (count : varint, each), rows up to the end
 * position = 0 for none, else 1 and the number as a long varint
 * row      = flags : byte
 *            symbol : ASCII                                           if NEW_SYMBOL
 *            interval's index + intervals × (step + 8 × (1 if like the row before + 2 × position's index)) : varint
 *            window's number - that of the interval's row before : zigzag       if step is 7, else step is its zigzag
 *            content as a JSON row (pane-row.ts) : ASCII               if WIDE, else as in cell-bytes.ts
 *
 * A symbol's rows stand together, short intervals first, so that they have much in common.
 */
const NEW_SYMBOL = 1;
const CORRECTED = 2;
const TOUCHED = 4;
const WIDE = 128;
/** Steps of a window's number that stand in the row's place, and the one that says that it follows. */
const STEPS = 8;
const FAR = STEPS - 1;
const MAX_INTERVAL_SECONDS = 7 * 86_400;

/** What is said of a row in one bit each, and how a block numbers windows: see the grammar above. */
export const ROW = { newSymbol: NEW_SYMBOL, corrected: CORRECTED, touched: TOUCHED, wide: WIDE, steps: STEPS } as const;

/** Reads the rows of a block one after another. Every method throws RangeError for bytes that no writer wrote. */
export class PaneBlockReader {
  readonly #reader: ByteReader;
  readonly #symbols: SymbolTable;
  readonly #windows: number[];
  readonly intervalsMs: readonly DurationMs[];
  readonly positions: readonly (SequenceNumber | undefined)[];
  /** The head of the row that {@link next} has read. */
  symbolId = -1;
  interval = 0;
  startMs = 0;
  position = 0;
  isCorrected = false;
  isTouched = false;
  #flags = 0;
  #isLikeBefore = false;
  #before: ContentRows | undefined;
  #beforeRow = 0;

  constructor(reader: ByteReader, symbols: SymbolTable) {
    this.#reader = reader;
    this.#symbols = symbols;
    this.intervalsMs = times(reader.varint(), () => readIntervalMs(reader));
    this.positions = times(reader.varint(), () => readPosition(reader));
    this.#windows = this.intervalsMs.map(() => 0);
  }

  /** Reads the head of the next row; its content must be read before the next one's. False at the end. */
  next(): boolean {
    const reader = this.#reader;
    if (reader.isAtEnd) return false;
    const flags = (this.#flags = reader.byte());
    this.isCorrected = (flags & CORRECTED) !== 0;
    this.isTouched = (flags & TOUCHED) !== 0;
    if ((flags & NEW_SYMBOL) !== 0) {
      const bytes = reader.bytes(reader.varint());
      this.symbolId = this.#symbols.idAt(bytes, 0, bytes.length);
      this.#before = undefined;
    }
    this.#readPlace();
    if (this.symbolId < 0 || !(this.position < this.positions.length) || (this.#isLikeBefore && !this.#before))
      throw new RangeError(
        "a row must have a symbol, an interval and a position of its block, and a row before to be like",
      );
    return true;
  }

  #readPlace(): void {
    const place = this.#reader.varint();
    const form = Math.floor(place / this.intervalsMs.length);
    this.interval = place % this.intervalsMs.length;
    const step = form % STEPS;
    this.#isLikeBefore = Math.floor(form / STEPS) % 2 === 1;
    this.position = Math.floor(form / (2 * STEPS));
    const change = step === FAR ? this.#reader.zigzag() : step % 2 === 0 ? step / 2 : -(step + 1) / 2;
    this.#windows[this.interval]! += change;
    this.startMs = epochMs(this.#windows[this.interval]! * this.intervalsMs[this.interval]!);
  }

  /** Reads the content of the row into an empty row whose start is {@link startMs}. */
  readContent(rows: ContentRows, row: number): void {
    const isWide = (this.#flags & WIDE) !== 0;
    if (isWide) rows.addContent(row, readContentRow(readJson(this.#reader.ascii())));
    else {
      const before = this.#isLikeBefore ? this.#before?.cells : undefined;
      readCells(this.#reader, this.#flags, rows.cells, row * STRIDE, before, this.#beforeRow * STRIDE);
    }
    this.#before = isWide ? undefined : rows;
    this.#beforeRow = row;
  }
}

/** Writes what a block begins with; its positions and rows follow, see the grammar above. */
export const writeIntervals = (writer: ByteWriter, intervalsMs: readonly DurationMs[]): void => {
  writer.varint(intervalsMs.length);
  for (const intervalMs of intervalsMs) writer.varint(intervalMs / 1_000);
};

/** 0 for none, else 1 and the number as a long varint. */
export const writePosition = (writer: ByteWriter, position: SequenceNumber | undefined): void => {
  writer.byte(position === undefined ? 0 : 1);
  if (position !== undefined) writer.bigVarint(BigInt(sequenceDigits(position)));
};

/** Reads what {@link writePosition} wrote. @throws RangeError */
export const readPosition = (reader: ByteReader): SequenceNumber | undefined =>
  reader.byte() === 0 ? undefined : sequenceNumber(reader.bigVarint().toString());

const readIntervalMs = (reader: ByteReader): DurationMs => {
  const seconds = reader.varint();
  if (seconds < 1 || seconds > MAX_INTERVAL_SECONDS)
    throw new RangeError(`an interval must be 1 to ${MAX_INTERVAL_SECONDS} s, was ${seconds}`);
  return durationMs(seconds * 1_000);
};

const readJson = (text: string): readonly unknown[] => {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch (cause) {
    throw new RangeError("a content must be JSON", { cause });
  }
  throw new RangeError("a content must be a JSON array");
};

const times = <Value>(count: number, make: () => Value): Value[] => {
  const values: Value[] = [];
  for (let i = 0; i < count; i++) values.push(make());
  return values;
};
