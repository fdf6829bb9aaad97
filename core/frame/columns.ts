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

/** Which rows a column fills: those of the runs `[first, end)`, which end where `ends` says, from row `from` on. */
export interface RunRows {
  readonly from: number;
  readonly ends: Int32Array;
  readonly first: number;
  readonly end: number;
}

/**
 * Reads zigzag differences into the rows of runs, the first of each run counted from `base`, without an allocation.
 *
 * Varints of one or two bytes are read without a branch between the two, which no processor could foresee; those of three
 * or four, mostly the first of a run, inline. Since a column's last byte ends a varint, none that begins inside the column
 * leads out of it.
 */
export const readDeltas = (
  { bytes, from, to }: PackedColumn,
  rows: RunRows,
  base: number,
  out: Float64Array,
  { above, most }: Expected,
): ColumnState => {
  if (!endsVarint(bytes, from, to)) return "broken";
  const { ends, end: endRun } = rows;
  const last = to - 1;
  // A sum, of which the compiler knows that it is a number: what may be anything it would put on the heap, row by row.
  const origin = base + 0;
  let at = from;
  let row = rows.from;
  let isOdd = false;
  for (let run = rows.first; run < endRun; run++) {
    const end = ends[run]!;
    let value = origin;
    for (; row < end; row++) {
      if (at > last) return "broken";
      const low = bytes[at]!;
      const high = at < last ? bytes[at + 1]! : 0;
      const more = low >> 7;
      let bits = (low & 127) | ((high & 127 & -more) << 7);
      at += 1 + more;
      if ((high & -more) > 127) {
        const third = bytes[at]!;
        const fourth = third > 127 ? bytes[at + 1]! : 0;
        if (fourth < 128) {
          bits |= ((third & 127) << 14) | (fourth << 21);
          at += 1 + (third >> 7);
        } else {
          const next = varintEnd(bytes, at - 2, to);
          if (next < 0) return "broken";
          value += signedValue(bytes, at - 2, next);
          bits = 0;
          at = next;
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
  const last = to - 1;
  let at = from;
  let isOdd = false;
  for (let next = row; next < end; next++) {
    if (at > last) return "broken";
    const low = bytes[at]!;
    const high = at < last ? bytes[at + 1]! : 0;
    const more = low >> 7;
    let value = (low & 127) | ((high & 127 & -more) << 7);
    at += 1 + more;
    if ((high & -more) > 127) {
      const after = varintEnd(bytes, at - 2, to);
      if (after < 0) return "broken";
      value = unsignedValue(bytes, at - 2, after);
      at = after;
    }
    out[next] = value;
    if (!(value > 0)) isOdd = true;
  }
  if (at !== to) return "broken";
  return isOdd ? "odd" : "expected";
};

/**
 * Adds up the lengths of runs from `start` on and writes each sum to `ends`, from `first` on. Returns the last, -1 when the
 * column does not hold `count` lengths, or a sum is beyond `most`.
 */
export const readEnds = (
  { bytes, from, to }: PackedColumn,
  count: number,
  start: number,
  most: number,
  ends: Int32Array,
  first: number,
): number => {
  if (!endsVarint(bytes, from, to)) return -1;
  let at = from;
  let sum = start;
  for (let run = first; run < first + count; run++) {
    if (at >= to) return -1;
    let length = bytes[at++]!;
    if (length > 127) {
      const next = varintEnd(bytes, at - 1, to);
      if (next < 0) return -1;
      length = unsignedValue(bytes, at - 1, next);
      at = next;
    }
    sum += length;
    if (!(sum <= most)) return -1;
    ends[run] = sum;
  }
  return at === to ? sum : -1;
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
