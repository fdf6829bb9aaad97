const REPLACEMENT = 0xfffd;
const CHUNK_BYTES = 4_096;

/** The UTF-8 bytes of `text`; a lone surrogate becomes U+FFFD. */
export const utf8Bytes = (text: string): Uint8Array => {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0)!;
    pushPoint(bytes, point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point);
  }
  return Uint8Array.from(bytes);
};

const pushPoint = (bytes: number[], point: number): void => {
  if (point < 0x80) bytes.push(point);
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
  else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
  else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
};

const tail = (bits: number): number => 0x80 | (bits & 0x3f);

/** The text of the UTF-8 bytes `[from, to)`. Returns undefined when they are no UTF-8. */
export const utf8Text = (bytes: Uint8Array, from = 0, to: number = bytes.length): string | undefined => {
  const asciiEnd = endOfAscii(bytes, from, to);
  let text = asciiText(bytes, from, asciiEnd);
  for (let at = asciiEnd; at < to;) {
    const first = bytes[at]!;
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const point = at + length <= to ? pointAt(bytes, at, length) : -1;
    if (point < 0) return undefined;
    at += length;
    const end = endOfAscii(bytes, at, to);
    text += String.fromCodePoint(point) + asciiText(bytes, at, end);
    at = end;
  }
  return text;
};

const endOfAscii = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from;
  while (at < to && bytes[at]! < 0x80) at++;
  return at;
};

const asciiText = (bytes: Uint8Array, from: number, to: number): string => {
  let text = "";
  for (let at = from; at < to; at += CHUNK_BYTES) {
    text += String.fromCharCode.apply(
      undefined,
      bytes.subarray(at, Math.min(at + CHUNK_BYTES, to)) as unknown as number[],
    );
  }
  return text;
};

/** The least code point that needs 2, 3 and 4 bytes. */
const LEAST_POINTS = [0, 0, 0x80, 0x800, 0x10000] as const;

/** The code point that `length` bytes write, or -1 when they are no UTF-8. */
const pointAt = (bytes: Uint8Array, at: number, length: 2 | 3 | 4): number => {
  const first = bytes[at]!;
  if (first < 0xc0 || first > 0xf7) return -1;
  let point = first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i]!;
    if ((next & 0xc0) !== 0x80) return -1;
    point = point * 64 + (next & 0x3f);
  }
  const isPoint = point >= LEAST_POINTS[length] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  return isPoint ? point : -1;
};
