/** What four bytes of a varint hold. */
const FOUR_BYTES = 2 ** 28;
/** Twice this is an int32. */
const MAX_INT31 = 2 ** 30 - 1;
/** 129 digits take 429 bits. Bits are added in quadratic time. */
const MAX_BIG_BITS = 448n;

/** Writes binary fields one after another into a buffer that grows. */
export class ByteWriter {
  #bytes: Uint8Array;
  /** The same bytes. */
  #view: DataView;
  #length = 0;

  constructor(capacity = 1_024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** A view of what has been written, valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of what has been written. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Forgets all beyond the first `length` bytes. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Base-128 varint of a non-negative safe integer, low groups first, as in protobuf. */
  varint(value: number): void {
    this.#reserve(VARINT_ROOM);
    this.#length = putVarint(this.#view, this.#length, value);
  }

  /**
   * The buffer itself, with room for `more` bytes from {@link length} on: for what puts many short fields one after another,
   * and then says where they {@link end}.
   */
  room(more: number): DataView {
    this.#reserve(more);
    return this.#view;
  }

  /** Takes what was put into {@link room} up to `at` as written. */
  end(at: number): void {
    this.#length = at;
  }

  /** Zigzag varint of a safe integer. */
  zigzag(value: number): void {
    if (value <= MAX_INT31 && value >= -MAX_INT31) return this.varint((value << 1) ^ (value >> 31));
    const sign = value < 0 ? 1 : 0;
    const magnitude = value < 0 ? -value - 1 : value;
    this.byte((magnitude % 64) * 2 + sign + 128);
    this.varint(Math.floor(magnitude / 64));
  }

  /** Base-128 varint of a non-negative integer of any size. */
  bigVarint(value: bigint): void {
    if (value <= 9_007_199_254_740_991n) return this.varint(Number(value));
    let rest = value;
    for (; rest > 127n; rest >>= 7n) this.byte(Number(rest & 127n) | 128);
    this.byte(Number(rest));
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** The length as a varint, then one byte per character. @throws RangeError beyond ASCII. */
  ascii(text: string): void {
    this.varint(text.length);
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) throw new RangeError(`text must be ASCII, was ${text}`);
      this.#bytes[this.#length++] = code;
    }
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.view());
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/**
 * Puts a varint as {@link ByteWriter.varint} writes it to where there is room for {@link VARINT_ROOM} bytes, of which those
 * beyond it may change too. Returns the position after it.
 *
 * One of up to four bytes is put without a branch for its length, which no processor could foresee:
 *
 *     bits        dddddddcccccccbbbbbbbaaaaaaa
 *     4 bytes     0ddddddd 1ccccccc 1bbbbbbb 1aaaaaaa    the first is the lowest
 */
export const putVarint = (bytes: DataView, at: number, value: number): number => {
  let to = at;
  let rest = value;
  for (; rest >= FOUR_BYTES; rest = Math.floor(rest / 128)) bytes.setUint8(to++, (rest % 128) | 128);
  const bits = rest | 0;
  const length = ((38 - Math.clz32(bits | 1)) * 37) >> 8;
  const groups = (bits & 127) | ((bits & 0x3f80) << 1) | ((bits & 0x1fc000) << 2) | ((bits & 0xfe00000) << 3);
  bytes.setUint32(to, groups | (0x808080 >>> ((4 - length) << 3)), true);
  return to + length;
};

/** What {@link putVarint} may write to, of integers below 2^56. */
const VARINT_ROOM = 8;

/** Puts the characters of an ASCII text, without its length, and returns the position after them. */
export const putAscii = (bytes: DataView, at: number, text: string): number => {
  for (let i = 0; i < text.length; i++) bytes.setUint8(at + i, text.charCodeAt(i));
  return at + text.length;
};

/** Reads what a {@link ByteWriter} wrote. Every method throws RangeError at the end of the bytes. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  /** The same bytes. */
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError(`bytes must go on, ended at ${this.#at}`);
    this.#at++;
    return value;
  }

  /** @throws RangeError also when the value is no safe integer. */
  varint(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      if (byte < 128) break;
      unit *= 128;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError(`a varint must be below 2^53, was ${value}`);
    return value;
  }

  /** Reads `count` varints into the first of `values`. @throws RangeError also when one is no safe integer. */
  varints(values: Float64Array, count: number): void {
    const view = this.#view;
    let at = this.#at;
    let i = 0;
    // One of up to four bytes is read as it was put: without a branch for its length, which is that of its first byte below 128.
    for (const last = view.byteLength - 4; i < count && at <= last; i++) {
      const four = view.getInt32(at, true);
      const ends = ~four & 0x80808080;
      if (ends === 0) {
        this.#at = at;
        values[i] = this.varint();
        at = this.#at;
        continue;
      }
      const end = 31 - Math.clz32(ends & -ends);
      const bits = four & (-1 >>> (31 - end));
      values[i] = (bits & 127) | ((bits >> 1) & 0x3f80) | ((bits >> 2) & 0x1fc000) | ((bits >> 3) & 0xfe00000);
      at += (end + 1) >> 3;
    }
    this.#at = at;
    for (; i < count; i++) values[i] = this.varint();
  }

  /** @throws RangeError also when the value is no safe integer. */
  zigzag(): number {
    const first = this.byte();
    const magnitude = ((first & 127) >> 1) + (first < 128 ? 0 : this.varint() * 64);
    const value = first % 2 === 0 ? magnitude : -magnitude - 1;
    if (!Number.isSafeInteger(value)) throw new RangeError(`a zigzag varint must be within 2^53, was ${value}`);
    return value;
  }

  /** @throws RangeError also when it goes on for more bytes than any position takes. */
  bigVarint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (shift >= MAX_BIG_BITS) throw new RangeError(`a long varint must be below 2^${MAX_BIG_BITS}`);
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new RangeError(`${length} more bytes must follow ${this.#at}`);
    const view = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return view;
  }

  ascii(): string {
    return String.fromCharCode(...this.bytes(this.varint()));
  }
}
