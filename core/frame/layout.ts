import { ByteWriter } from "../bytes.ts";
import type { PackedColumn } from "./columns.ts";
import { FIELD, FIELD_END, WIRE } from "./fields.ts";
import type { TradeColumns } from "../trade-columns.ts";
import { signedValue, unsignedValue, varintEnd } from "./varint.ts";

/** The bytes `[from, to)` of the frame. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const EMPTY: Span = { from: 0, to: 0 };

/** Where everything stands in a frame: scalars read, columns and names found but not yet read. */
export class FrameLayout {
  readonly data: Uint8Array;
  version = 0;
  number = 0;
  baseTimeMs = 0;
  baseSequence = 0;
  ingestTimeMs = 0;
  frontierMs = 0;
  producer = EMPTY;
  source = EMPTY;
  currency = EMPTY;
  /** The frame's runs, whose symbols stand in the columns beyond `runCount`. */
  symbolCount = 0;
  /** Whether each of them is a symbol. */
  areSymbols = true;
  readonly venueNames: Span[] = [];
  readonly conditionsNames: Span[] = [];
  readonly #from: number[] = new Array<number>(FIELD_END).fill(0);
  readonly #to: number[] = new Array<number>(FIELD_END).fill(0);
  #gathered: Map<number, ByteWriter> | undefined;

  readonly #columns: TradeColumns;

  constructor(data: Uint8Array, columns: TradeColumns) {
    this.data = data;
    this.#columns = columns;
  }

  addSymbol(from: number, to: number): void {
    const columns = this.#columns;
    const id = columns.symbols.idAt(this.data, from, to);
    if (id < 0) this.areSymbols = false;
    columns.reserveRuns(++this.symbolCount);
    columns.runSymbolId[columns.runCount + this.symbolCount - 1] = id;
  }

  /** The packed varints of a repeated field, empty when it is absent. */
  column(field: number): PackedColumn {
    const gathered = this.#gathered?.get(field)?.view();
    if (gathered) return { bytes: gathered, from: 0, to: gathered.length };
    return { bytes: this.data, from: this.#from[field]!, to: this.#to[field]! };
  }

  /**
   * Adds the varints `[from, to)` to a repeated field. Protobuf lets a field come in several pieces, packed or not; a
   * varint is written the same either way, so that the pieces joined are the packed column.
   */
  addPiece(field: number, from: number, to: number): void {
    if (from === to) return;
    if (this.#to[field] === 0) {
      this.#from[field] = from;
      this.#to[field] = to;
      return;
    }
    this.#gathered ??= new Map();
    let gathered = this.#gathered.get(field);
    if (!gathered) {
      gathered = new ByteWriter();
      gathered.bytes(this.data.subarray(this.#from[field], this.#to[field]));
      this.#gathered.set(field, gathered);
    }
    gathered.bytes(this.data.subarray(from, to));
  }
}

/** The tag of a symbol, of which a frame has many. */
const SYMBOL_TAG = FIELD.symbol * 8 + WIRE.bytes;

/**
 * Finds the fields of a frame in any order, and skips those it does not know, as protobuf demands. A known field of an
 * unexpected wire type counts as unknown; of a field that may stand once the last one counts. The symbols are written into
 * the columns beyond their runs in use.
 * Returns undefined when the bytes are no protobuf message.
 */
export const readLayout = (data: Uint8Array, columns: TradeColumns): FrameLayout | undefined => {
  const layout = new FrameLayout(data, columns);
  for (let at = 0; at < data.length;) {
    const symbolEnd = data[at] === SYMBOL_TAG && at + 1 < data.length ? at + 2 + data[at + 1]! : 0;
    if (symbolEnd > 0 && data[at + 1]! < 128 && symbolEnd <= data.length) {
      layout.addSymbol(at + 2, symbolEnd);
      at = symbolEnd;
      continue;
    }
    const tagEnd = varintEnd(data, at, data.length);
    const tag = tagEnd < 0 ? 0 : unsignedValue(data, at, tagEnd);
    if (!isTag(tag)) return undefined;
    at = readField(layout, tag, tagEnd);
    if (at < 0) return undefined;
  }
  return layout;
};

/** Whether a tag has a field number of 1 to 2^29 - 1. */
const isTag = (tag: number): boolean => tag >= 8 && tag < 2 ** 32;

/** Takes one field's value from `at` on. Returns the position after it, or -1 when it is cut short. */
const readField = (layout: FrameLayout, tag: number, at: number): number => {
  const { data } = layout;
  const field = tag >>> 3;
  const wire = tag & 7;
  if (wire === WIRE.varint) {
    const end = varintEnd(data, at, data.length);
    if (end >= 0) takeVarint(layout, field, at, end);
    return end;
  }
  if (wire === WIRE.bytes) {
    const from = varintEnd(data, at, data.length);
    const to = from < 0 ? -1 : from + unsignedValue(data, at, from);
    if (!(to >= 0 && to <= data.length)) return -1;
    takeBytes(layout, field, from, to);
    return to;
  }
  return skip(data, tag, at);
};

const takeVarint = (layout: FrameLayout, field: number, from: number, to: number): void => {
  const { data } = layout;
  if (field === FIELD.version) layout.version = unsignedValue(data, from, to);
  else if (field === FIELD.number) layout.number = unsignedValue(data, from, to);
  else if (field === FIELD.baseTimeMs) layout.baseTimeMs = signedValue(data, from, to);
  else if (field === FIELD.baseSequence) layout.baseSequence = unsignedValue(data, from, to);
  else if (field === FIELD.ingestTimeMs) layout.ingestTimeMs = unsignedValue(data, from, to);
  else if (field === FIELD.frontierMs) layout.frontierMs = signedValue(data, from, to);
  else if (isColumn(field)) layout.addPiece(field, from, to);
};

const takeBytes = (layout: FrameLayout, field: number, from: number, to: number): void => {
  if (field === FIELD.symbol) layout.addSymbol(from, to);
  else if (isColumn(field)) layout.addPiece(field, from, to);
  else if (field === FIELD.producer) layout.producer = { from, to };
  else if (field === FIELD.source) layout.source = { from, to };
  else if (field === FIELD.currency) layout.currency = { from, to };
  else if (field === FIELD.venueName) layout.venueNames.push({ from, to });
  else if (field === FIELD.conditionsName) layout.conditionsNames.push({ from, to });
};

const isColumn = (field: number): boolean =>
  (field >= FIELD.trades && field <= FIELD.sequence) || field === FIELD.venue || field === FIELD.conditions;

/**
 * The position after the value of a field of no use here, or -1 when it is cut short. A group holds fields up to the end
 * mark of its own number, groups among them.
 */
const skip = (data: Uint8Array, tag: number, at: number): number => {
  const open: number[] = [];
  for (let next = tag, end = at; ;) {
    const field = next >>> 3;
    const wire = next & 7;
    if (wire === WIRE.groupStart) open.push(field);
    else if (wire === WIRE.groupEnd && open.pop() !== field) return -1;
    else end = valueEnd(data, wire, end);
    if (end < 0 || open.length === 0) return end;
    const tagEnd = varintEnd(data, end, data.length);
    next = tagEnd < 0 ? 0 : unsignedValue(data, end, tagEnd);
    if (!isTag(next)) return -1;
    end = tagEnd;
  }
};

/** The position after a value of the wire type at `at`, or -1 when it is cut short or of no known type. */
const valueEnd = (data: Uint8Array, wire: number, at: number): number => {
  let end = -1;
  if (wire === WIRE.groupEnd) end = at;
  else if (wire === WIRE.varint) end = varintEnd(data, at, data.length);
  else if (wire === WIRE.fixed64) end = at + 8;
  else if (wire === WIRE.fixed32) end = at + 4;
  else if (wire === WIRE.bytes) {
    const from = varintEnd(data, at, data.length);
    end = from < 0 ? -1 : from + unsignedValue(data, at, from);
  }
  return end <= data.length ? end : -1;
};
