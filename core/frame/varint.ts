/**
 * Base-128 varints of protobuf, low groups first: seven bits a byte, the eighth says that more follow; 10 bytes at most.
 * A signed one is zigzag: 0, -1, 1, -2, … are written as 0, 1, 2, 3, …
 */

const MAX_VARINT_BYTES = 10;

/** The position after the varint at `at`, or -1 when none ends before `to`. */
export const varintEnd = (bytes: Uint8Array, at: number, to: number): number => {
  const last = Math.min(to, at + MAX_VARINT_BYTES);
  for (let end = at; end < last; end++) if (bytes[end]! < 128) return end + 1;
  return -1;
};

/** The value of the varint `[from, to)`, or NaN beyond 2^53 - 1. */
export const unsignedValue = (bytes: Uint8Array, from: number, to: number): number => {
  let value = 0;
  for (let at = to - 1; at >= from; at--) value = value * 128 + (bytes[at]! & 127);
  return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
};

/**
 * The value of the zigzag varint `[from, to)`, or NaN when it is no safe integer. Sign and magnitude are taken apart
 * bytewise, since the written number has up to 54 bits.
 */
export const signedValue = (bytes: Uint8Array, from: number, to: number): number => {
  const first = bytes[from]!;
  let above = 0;
  for (let at = to - 1; at > from; at--) above = above * 128 + (bytes[at]! & 127);
  const magnitude = above * 64 + ((first & 127) >> 1);
  const value = first % 2 === 0 ? magnitude : -magnitude - 1;
  return Number.isSafeInteger(value) ? value : Number.NaN;
};
