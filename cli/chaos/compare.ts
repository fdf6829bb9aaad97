/** A bar that is not what it must be. */
export interface UnequalBar {
  /** `symbol,interval,start`. */
  readonly bar: string;
  /** Its row, undefined where there is none. */
  readonly found: string | undefined;
  readonly expected: string | undefined;
}

export interface Comparison {
  /** Bars of the oracle for which there was one. */
  readonly compared: number;
  /** Bars of the oracle. */
  readonly expected: number;
  readonly unequal: readonly UnequalBar[];
}

/** Compares the rows of bars, whatever their order, each bar once. */
export const compareRows = (found: readonly string[], expected: readonly string[]): Comparison => {
  const foundRows = byBar(found);
  const expectedRows = byBar(expected);
  const unequal: UnequalBar[] = [];
  for (const [bar, row] of expectedRows)
    if (foundRows.get(bar) !== row) unequal.push({ bar, found: foundRows.get(bar), expected: row });
  for (const [bar, row] of foundRows)
    if (!expectedRows.has(bar)) unequal.push({ bar, found: row, expected: undefined });
  const missing = [...expectedRows.keys()].filter((bar) => !foundRows.has(bar)).length;
  return { compared: expectedRows.size - missing, expected: expectedRows.size, unequal };
};

export const isEqual = ({ compared, expected, unequal }: Comparison): boolean =>
  compared === expected && unequal.length === 0;

/** When the bar of a row starts. */
export const startOf = (row: string): number => Number(cellFromEnd(row, COLUMNS_BEHIND_START + 1));

export const intervalOf = (row: string): string => cellFromEnd(row, COLUMNS_BEHIND_START + 2);

const COLUMNS_BEHIND_START = 11;

/** A symbol may hold commas, no other cell does. */
const cellFromEnd = (row: string, place: number): string => row.split(",").at(-place) ?? "";

const byBar = (rows: readonly string[]): ReadonlyMap<string, string> => {
  const known = new Map<string, string>();
  for (const row of rows) {
    const bar = row.split(",").slice(0, -COLUMNS_BEHIND_START).join(",");
    if (known.has(bar)) throw new RangeError(`a bar must have one row, ${bar} had more`);
    known.set(bar, row);
  }
  return known;
};
