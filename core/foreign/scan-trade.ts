import { MAX_SCALE } from "../decimal.ts";
import type { TradeLimits } from "../trade-limits.ts";
import { blanksEnd } from "./json-values.ts";
import type { TradeColumns } from "../trade-columns.ts";
import { endRow } from "./run-writer.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Bits of the members that make a trade. */
const MEMBER = { other: 0, symbol: 1, price: 2, size: 4, eventTimeMs: 8, sequence: 16 } as const;
const NEEDED = MEMBER.symbol | MEMBER.price | MEMBER.size | MEMBER.eventTimeMs;

/** A double holds every integer of so many digits. */
const MAX_DIGITS = 15;
const POWERS = Array.from({ length: MAX_SCALE + 1 }, (_, exponent) => 10 ** exponent);

/** What the scan under way has found: kept for the next one, as a scan makes no objects. */
const found = {
  members: 0,
  symbolFrom: 0,
  symbolTo: 0,
  priceScale: 0,
  sizeScale: 0,
  /** Of the last number, in its least scale. */
  scale: 0,
};

/**
 * Appends the trade that the bytes `[from, to)` write to `columns`, in a run of the record's own from `firstRun` on. Returns
 * whether they write one of the commonest kind, stamped no later than the limit; appends nothing when not.
 *
 *     trade  := "{" member ("," member)* "}"                                ; blanks between any two of these
 *     member := text ":" (text | number | "true" | "false" | "null")
 *     text   := '"' readable* '"'                                           ; ASCII, no escapes
 *     number := ("0" | digit1to9 digit*) ("." digit digit*)?                ; at most 15 digits and 8 decimals
 *
 * Everything else is left to {@link readJsonTrades}, which reads the same trade from what is taken here, in many times the
 * time: here neither texts nor objects are made, and numbers go digit by digit into the columns.
 */
export const scanTrade = (
  data: Uint8Array,
  from: number,
  to: number,
  index: number,
  columns: TradeColumns,
  firstRun: number,
  { latestEventTimeMs }: TradeLimits,
): boolean => {
  columns.reserve(2);
  found.members = 0;
  const end = objectEnd(data, from, to, columns);
  if (end < 0 || (found.members & NEEDED) !== NEEDED || blanksEnd(data, end, to) < to) return false;
  if (columns.eventTimeMs[columns.count]! > latestEventTimeMs) return false;
  const symbolId = columns.symbols.idAt(data, found.symbolFrom, found.symbolTo);
  if (symbolId < 0) return false;
  if ((found.members & MEMBER.sequence) === 0) columns.sequence[columns.count] = index;
  endRow(columns, firstRun, symbolId, found.priceScale, found.sizeScale);
  return true;
};

// What follows passes over a part of the grammar: it returns the position after it, or -1 where it does not stand.

const objectEnd = (data: Uint8Array, from: number, to: number, columns: TradeColumns): number => {
  let at = after(OPEN_OBJECT, data, from, to);
  while (at >= 0) {
    at = memberEnd(data, at, to, columns);
    if (at < 0) return -1;
    const end = after(CLOSE_OBJECT, data, at, to);
    if (end >= 0) return end;
    at = after(COMMA, data, at, to);
  }
  return -1;
};

const memberEnd = (data: Uint8Array, at: number, to: number, columns: TradeColumns): number => {
  const from = after(QUOTE, data, at, to);
  const end = textEnd(data, from, to);
  const colon = end < 0 ? -1 : after(COLON, data, end, to);
  if (colon < 0) return -1;
  // Of several members of one name the last counts, as in an object.
  const member = memberOf(data, from, end - 1);
  found.members |= member;
  const value = valueFrom(data, colon, to);
  const byte = value < to ? data[value]! : 0;
  if (byte >= ZERO && byte <= NINE) return numberOfEnd(member, data, value, to, columns);
  if (byte !== QUOTE) return member === MEMBER.other ? wordEnd(data, value, to) : -1;
  const valueEnd = textEnd(data, value + 1, to);
  if (member === MEMBER.other) return valueEnd;
  found.symbolFrom = value + 1;
  found.symbolTo = valueEnd - 1;
  return member === MEMBER.symbol ? valueEnd : -1;
};

const numberOfEnd = (member: number, data: Uint8Array, at: number, to: number, columns: TradeColumns): number => {
  const { price, size, eventTimeMs, sequence, count: row } = columns;
  if (member === MEMBER.price) {
    const end = numberEnd(data, at, to, price, row);
    found.priceScale = found.scale;
    return price[row]! > 0 ? end : -1;
  }
  if (member === MEMBER.size) {
    const end = numberEnd(data, at, to, size, row);
    found.sizeScale = found.scale;
    return size[row]! > 0 ? end : -1;
  }
  // What is of no use goes into the row after the next.
  if (member === MEMBER.other) return numberEnd(data, at, to, sequence, row + 1);
  if (member === MEMBER.symbol) return -1;
  const end = numberEnd(data, at, to, member === MEMBER.sequence ? sequence : eventTimeMs, row);
  return found.scale === 0 ? end : -1;
};

/** Writes the number's units into a column. */
const numberEnd = (data: Uint8Array, from: number, to: number, column: Float64Array, row: number): number => {
  let at = from;
  let units = 0;
  let point = -1;
  for (; at < to; at++) {
    const byte = data[at]!;
    if (byte >= ZERO && byte <= NINE) units = units * 10 + (byte - ZERO);
    else if (byte === POINT && point < 0) point = at;
    else break;
  }
  const decimals = point < 0 ? 0 : at - point - 1;
  const wholes = (point < 0 ? at : point) - from;
  if (wholes + decimals > MAX_DIGITS || decimals > MAX_SCALE || point === at - 1) return -1;
  // JSON has no number that begins with a zero it does not need.
  if (wholes > 1 && data[from] === ZERO) return -1;
  let scale = decimals;
  while (scale > 0 && data[point + scale] === ZERO) scale--;
  column[row] = scale === decimals ? units : units / POWERS[decimals - scale]!;
  found.scale = scale;
  return at;
};

/** The position of the first byte from `at` on that is no blank. */
const valueFrom = (data: Uint8Array, at: number, to: number): number =>
  at < to && data[at]! <= SPACE ? blanksEnd(data, at, to) : at;

/** The position after a byte that stands at `at`, blanks before it aside; -1 when another one does. */
const after = (byte: number, data: Uint8Array, at: number, to: number): number => {
  const position = valueFrom(data, at, to);
  return position < to && data[position] === byte ? position + 1 : -1;
};

/** The position after a text of plain characters, whose first quote stands before `from`; -1 when `from` is. */
const textEnd = (data: Uint8Array, from: number, to: number): number => {
  if (from < 0) return -1;
  let at = from;
  while (at < to && IS_PLAIN[data[at]!] === 1) at++;
  return at < to && data[at] === QUOTE ? at + 1 : -1;
};

const wordEnd = (data: Uint8Array, at: number, to: number): number => {
  const word = WORDS.find((bytes) => isAt(data, at, to, bytes));
  return word === undefined ? -1 : at + word.length;
};

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const WORDS = ["true", "false", "null"].map(bytesOf);
const SYMBOL = bytesOf("symbol");
const PRICE = bytesOf("price");
const SIZE = bytesOf("size");
const EVENT_TIME = bytesOf("eventTimeMs");
const SEQUENCE = bytesOf("sequence");

/** By byte, 1 where it stands in a text for itself: ASCII that needs no escape. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

/** Which member the name `[from, to)` is. Their names differ in length. */
const memberOf = (data: Uint8Array, from: number, to: number): number => {
  const length = to - from;
  if (length === SYMBOL.length) return isAt(data, from, to, SYMBOL) ? MEMBER.symbol : MEMBER.other;
  if (length === PRICE.length) return isAt(data, from, to, PRICE) ? MEMBER.price : MEMBER.other;
  if (length === SIZE.length) return isAt(data, from, to, SIZE) ? MEMBER.size : MEMBER.other;
  if (length === EVENT_TIME.length) return isAt(data, from, to, EVENT_TIME) ? MEMBER.eventTimeMs : MEMBER.other;
  if (length === SEQUENCE.length) return isAt(data, from, to, SEQUENCE) ? MEMBER.sequence : MEMBER.other;
  return MEMBER.other;
};

/** Whether the bytes from `from` on, all before `to`, are these. */
const isAt = (data: Uint8Array, from: number, to: number, bytes: Uint8Array): boolean => {
  if (to - from < bytes.length) return false;
  for (let i = 0; i < bytes.length; i++) if (data[from + i] !== bytes[i]) return false;
  return true;
};
