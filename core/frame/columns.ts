import type { Run } from "../trade-columns.ts";
import { signedValue, unsignedValue, varintEnd } from "./varint.ts";

/** Packed varints: the bytes `[from, to)`. */
export interface PackedColumn {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Values that are all as expected: above `above`, and not above `most`. */
export interface Expected {
  readonly above: number;
  readonly most: number;
}

/**
 * What a column turned out to be: of the right length with every value `expected`; of the right length with some value
 * that is not (`odd`), perhaps NaN for no safe integer; or `broken`, of another length.
 */
export type ColumnState = "expected" | "odd" | "broken";

/**
 * Reads zigzag differences into the rows of `runs`, the first of each run counted from `base`, without an allocation.
 *
 * Varints of up to four bytes are read inline, which is nearly all of them. Since a column's last byte ends a varint, none
 * that begins inside the column leads out of it.
 */
export const readDeltas = (
  { bytes, from, to }: PackedColumn,
  runs: readonly Run[],
  base: number,
  out: Float64Array,
  { above, most }: Expected,
): ColumnState => {
  if (!endsVarint(bytes, from, to)) return "broken";
  let at = from;
  let isOdd = false;
  for (let run = 0; run < runs.length; run++) {
    let value = base;
    for (let row = runs[run]!.from, end = runs[run]!.to; row < end; row++) {
      if (at >= to) return "broken";
      let bits = bytes[at++]!;
      if (bits > 127) {
        const second = bytes[at++]!;
        bits = (bits & 127) | ((second & 127) << 7);
        if (second > 127) {
          const third = bytes[at++]!;
          bits |= (third & 127) << 14;
          if (third > 127) {
            const fourth = bytes[at++]!;
            bits |= (fourth & 127) << 21;
            if (fourth > 127) {
              const next = varintEnd(bytes, at - 4, to);
              if (next < 0) return "broken";
              value += signedValue(bytes, at - 4, next);
              bits = 0;
              at = next;
            }
          }
        }
      }
      value += (bits >>> 1) ^ -(bits & 1);
      out[row] = value;
      if (!(value > above && value <= most)) isOdd = true;
    }
  }
  if (at !== to) return "broken";
  return isOdd ? "odd" : "expected";
};

/** Reads unsigned values into the rows `[row, end)`, see {@link readDeltas}; zero is odd. */
export const readPositives = (
  { bytes, from, to }: PackedColumn,
  row: number,
  end: number,
  out: Float64Array,
): ColumnState => {
  if (!endsVarint(bytes, from, to)) return "broken";
  let at = from;
  let isOdd = false;
  for (let next = row; next < end; next++) {
    if (at >= to) return "broken";
    let bits = bytes[at++]!;
    if (bits > 127) {
      const second = bytes[at++]!;
      bits = (bits & 127) | ((second & 127) << 7);
      if (second > 127) {
        const after = varintEnd(bytes, at - 2, to);
        if (after < 0) return "broken";
        bits = unsignedValue(bytes, at - 2, after);
        at = after;
      }
    }
    out[next] = bits;
    if (!(bits > 0)) isOdd = true;
  }
  if (at !== to) return "broken";
  return isOdd ? "odd" : "expected";
};

/** All values of a short column; undefined when its last one is cut short. One that is no safe integer is NaN. */
export const valuesOf = ({ bytes, from, to }: PackedColumn): number[] | undefined => {
  const values: number[] = [];
  for (let at = from; at < to;) {
    const end = varintEnd(bytes, at, to);
    if (end < 0) return undefined;
    values.push(unsignedValue(bytes, at, end));
    at = end;
  }
  return values;
};

/** Whether the bytes `[from, to)` are none or end where a varint ends. */
const endsVarint = (bytes: Uint8Array, from: number, to: number): boolean => from === to || bytes[to - 1]! < 128;
