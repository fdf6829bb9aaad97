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

/** The first byte that is no white space, undefined when there is none. */
export const firstByte = (data: Uint8Array): number | undefined => {
  let at = 0;
  while (at < data.length && isBlank(data[at]!)) at++;
  return data[at];
};

/** The lines of a record, blank ones left out. */
export const linesOf = (data: Uint8Array): readonly ByteRange[] => {
  const lines: ByteRange[] = [];
  for (let from = 0; from < data.length;) {
    const newline = data.indexOf(NEWLINE, from);
    const to = newline < 0 ? data.length : newline;
    if (!isBlankRange(data, from, to)) lines.push({ from, to });
    from = to + 1;
  }
  return lines;
};

/**
 * The elements of the JSON array that a record consists of, each still to be parsed: an element that is no JSON spoils
 * none of the others, as long as quotes and brackets match. Returns undefined when they do not.
 */
export const elementsOf = (data: Uint8Array): readonly ByteRange[] | undefined => {
  const elements: ByteRange[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at]!;
    if (byte === QUOTE) at = stringEnd(data, at);
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth++;
      if (depth === 1) from = at + 1;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth--;
      if (depth === 0)
        return isWhole(data, at, elements.length, from) ? [...elements, ...lastOf(data, from, at)] : undefined;
    } else if (byte === COMMA && depth === 1) {
      elements.push({ from, to: at });
      from = at + 1;
    }
  }
  return undefined;
};

/** Whether the array that ends at `at` ends with its own bracket, not behind a comma, and nothing follows it. */
const isWhole = (data: Uint8Array, at: number, elementCount: number, from: number): boolean =>
  data[at] === CLOSE_ARRAY &&
  isBlankRange(data, at + 1, data.length) &&
  !(elementCount > 0 && isBlankRange(data, from, at));

const lastOf = (data: Uint8Array, from: number, to: number): readonly ByteRange[] =>
  isBlankRange(data, from, to) ? [] : [{ from, to }];

/** The position of the quote that ends the string which begins at `at`, or the end of the record. */
const stringEnd = (data: Uint8Array, at: number): number => {
  let end = at + 1;
  while (end < data.length && data[end] !== QUOTE) end += data[end] === BACKSLASH ? 2 : 1;
  return end;
};

const isBlankRange = (data: Uint8Array, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (!isBlank(data[at]!)) return false;
  return true;
};
