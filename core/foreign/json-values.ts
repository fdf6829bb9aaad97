/** The bytes `[from, to)` of a record. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Whether JSON knows the byte as white space. */
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** The position of the first byte in `[from, to)` that is no white space, `to` when there is none. */
export const blanksEnd = (data: Uint8Array, from: number, to: number): number => {
  let at = from;
  while (at < to && isBlank(data[at]!)) at++;
  return at;
};

/** The first byte that is no white space, undefined when there is none. */
export const firstByte = (data: Uint8Array): number | undefined => data[blanksEnd(data, 0, data.length)];

/** Takes the bytes `[from, to)` of a record. */
export type TakeRange = (from: number, to: number) => void;

/** Hands over the lines of a record, blank ones left out. */
export const eachLine = (data: Uint8Array, take: TakeRange): void => {
  for (let line = nextLine(data, 0); line; line = nextLine(data, line.to + 1)) take(line.from, line.to);
};

/** The first line from `from` on that is not blank; undefined when there is none. */
export const nextLine = (data: Uint8Array, from: number): ByteRange | undefined => {
  for (let at = from; at < data.length;) {
    const newline = data.indexOf(NEWLINE, at);
    const to = newline < 0 ? data.length : newline;
    if (!isBlankRange(data, at, to)) return { from: at, to };
    at = to + 1;
  }
  return undefined;
};

/**
 * Hands over the elements of the JSON array that a record consists of, each still to be parsed: an element that is no
 * JSON spoils none of the others, as long as quotes and brackets match. Returns whether they do, which shows at the end
 * alone: else what was handed over is to be forgotten.
 */
export const eachElement = (data: Uint8Array, take: TakeRange): boolean => {
  let depth = 0;
  let from = 0;
  let isFirst = true;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at]!;
    if (byte === QUOTE) at = stringEnd(data, at);
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth++;
      if (depth === 1) from = at + 1;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth--;
      if (depth === 0) {
        const isEmpty = isBlankRange(data, from, at);
        if (!isEmpty) take(from, at);
        // The array ends with its own bracket, not behind a comma, and nothing follows it.
        return byte === CLOSE_ARRAY && (isFirst || !isEmpty) && isBlankRange(data, at + 1, data.length);
      }
    } else if (byte === COMMA && depth === 1) {
      take(from, at);
      isFirst = false;
      from = at + 1;
    }
  }
  return false;
};

/** The position of the quote that ends the string which begins at `at`, or the end of the record. */
const stringEnd = (data: Uint8Array, at: number): number => {
  let end = at + 1;
  while (end < data.length && data[end] !== QUOTE) end += data[end] === BACKSLASH ? 2 : 1;
  return end;
};

const isBlankRange = (data: Uint8Array, from: number, to: number): boolean => blanksEnd(data, from, to) === to;
