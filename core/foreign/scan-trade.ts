import { MAX_SCALE } from "../decimal.ts";
import type { TradeLimits } from "../trade-limits.ts";
import { blanksEnd } from "./json-values.ts";
import type { TradeColumns } from "../trade-columns.ts";
import type { RunWriter } from "./run-writer.ts";

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
const NOTHING = new Uint8Array();
const POWERS = Array.from({ length: MAX_SCALE + 1 }, (_, exponent) => 10 ** exponent);

/**
 * Appends a trade to `columns` if the bytes it is shown write the commonest kind of one:
 *
 *     trade  := "{" member ("," member)* "}"                                ; blanks between any two of these
 *     member := text ":" (text | number | "true" | "false" | "null")
 *     text   := '"' readable* '"'                                           ; ASCII, no escapes
 *     number := ("0" | digit1to9 digit*) ("." digit digit*)?                ; at most 15 digits and 8 decimals
 *
 * Everything else is left to {@link readJsonTrades}, which reads the same trade from what is taken here, in several times
 * the time: here neither texts nor objects are made, and numbers go digit by digit into the columns.
 */
export class TradeScanner {
  readonly #columns: TradeColumns;
  readonly #writer: RunWriter;
  #data: Uint8Array = NOTHING;
  #at = 0;
  #to = 0;
  #found = 0;
  #symbolFrom = 0;
  #symbolTo = 0;
  #priceScale = 0;
  #sizeScale = 0;
  /** Of the last number, in its least scale. */
  #scale = 0;

  constructor(columns: TradeColumns, writer: RunWriter) {
    this.#columns = columns;
    this.#writer = writer;
  }

  /**
   * Scans the bytes `[from, to)`. Returns whether they are a trade of that kind, stamped no later than the limit; appends
   * nothing when not.
   */
  add(data: Uint8Array, from: number, to: number, index: number, { latestEventTimeMs }: TradeLimits): boolean {
    const columns = this.#columns;
    columns.reserve(2);
    this.#data = data;
    this.#at = from;
    this.#to = to;
    this.#found = 0;
    if (!this.#scanObject() || columns.eventTimeMs[columns.count]! > latestEventTimeMs) return false;
    const symbolId = columns.symbols.idAt(data, this.#symbolFrom, this.#symbolTo);
    if (symbolId < 0) return false;
    if ((this.#found & MEMBER.sequence) === 0) columns.sequence[columns.count] = index;
    this.#writer.endRow(symbolId, this.#priceScale, this.#sizeScale);
    return true;
  }

  #scanObject(): boolean {
    if (this.#take() !== OPEN_OBJECT) return false;
    for (let byte = COMMA; byte !== CLOSE_OBJECT;) {
      if (byte !== COMMA || !this.#scanMember()) return false;
      byte = this.#take();
    }
    return (this.#found & NEEDED) === NEEDED && blanksEnd(this.#data, this.#at, this.#to) === this.#to;
  }

  /** The next byte that is no blank, 0 at the end. */
  #take(): number {
    if (this.#at < this.#to && this.#data[this.#at]! <= SPACE) this.#at = blanksEnd(this.#data, this.#at, this.#to);
    return this.#at < this.#to ? this.#data[this.#at++]! : 0;
  }

  #scanMember(): boolean {
    if (this.#take() !== QUOTE) return false;
    const from = this.#at;
    if (!this.#scanText()) return false;
    const member = memberOf(this.#data, from, this.#at - 1);
    if (this.#take() !== COLON) return false;
    // Of several members of one name the last counts, as in an object.
    this.#found |= member;
    const byte = this.#take();
    if (byte === QUOTE) return this.#scanTextOf(member);
    if (byte >= ZERO && byte <= NINE) return this.#scanNumberOf(member);
    return member === MEMBER.other && this.#scanWord();
  }

  #scanTextOf(member: number): boolean {
    const from = this.#at;
    if (!this.#scanText()) return false;
    if (member === MEMBER.other) return true;
    this.#symbolFrom = from;
    this.#symbolTo = this.#at - 1;
    return member === MEMBER.symbol;
  }

  /** Passes over a text of plain characters, whose first quote has been taken, and the quote that ends it. */
  #scanText(): boolean {
    const data = this.#data;
    const to = this.#to;
    let at = this.#at;
    while (at < to && IS_PLAIN[data[at]!] === 1) at++;
    this.#at = at + 1;
    return at < to && data[at] === QUOTE;
  }

  /** Reads a number whose first digit has been taken. Returns whether it can be the member's. */
  #scanNumberOf(member: number): boolean {
    const { price, size, eventTimeMs, sequence, count: row } = this.#columns;
    if (member === MEMBER.price) {
      const isNumber = this.#scanNumber(price, row);
      this.#priceScale = this.#scale;
      return isNumber && price[row]! > 0;
    }
    if (member === MEMBER.size) {
      const isNumber = this.#scanNumber(size, row);
      this.#sizeScale = this.#scale;
      return isNumber && size[row]! > 0;
    }
    if (member === MEMBER.eventTimeMs) return this.#scanNumber(eventTimeMs, row) && this.#scale === 0;
    if (member === MEMBER.sequence) return this.#scanNumber(sequence, row) && this.#scale === 0;
    // What is of no use goes into the row after the next.
    return member === MEMBER.other && this.#scanNumber(sequence, row + 1);
  }

  /** Reads a number whose first digit has been taken, and writes its units into a column. */
  #scanNumber(column: Float64Array, row: number): boolean {
    const data = this.#data;
    const to = this.#to;
    const from = this.#at - 1;
    let at = from;
    let units = 0;
    let point = -1;
    for (; at < to; at++) {
      const byte = data[at]!;
      if (byte >= ZERO && byte <= NINE) units = units * 10 + (byte - ZERO);
      else if (byte === POINT && point < 0) point = at;
      else break;
    }
    this.#at = at;
    const decimals = point < 0 ? 0 : at - point - 1;
    const wholes = (point < 0 ? at : point) - from;
    if (wholes + decimals > MAX_DIGITS || decimals > MAX_SCALE || point === at - 1) return false;
    // JSON has no number that begins with a zero it does not need.
    if (wholes > 1 && data[from] === ZERO) return false;
    let scale = decimals;
    while (scale > 0 && data[point + scale] === ZERO) scale--;
    column[row] = scale === decimals ? units : units / POWERS[decimals - scale]!;
    this.#scale = scale;
    return true;
  }

  /** Passes over a word whose first letter has been taken. */
  #scanWord(): boolean {
    const from = this.#at - 1;
    const word = WORDS.find((bytes) => isAt(this.#data, from, this.#to, bytes));
    this.#at = from + (word?.length ?? 0);
    return word !== undefined;
  }
}

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
