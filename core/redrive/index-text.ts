/** Ascending indexes as text, successive ones as a range: `0-4,7`. */
export const indexesText = (indexes: readonly number[]): string => {
  const ranges: [number, number][] = [];
  for (const index of indexes) {
    const range = ranges.at(-1);
    if (range?.[1] === index - 1) range[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(",");
};

/** The indexes that {@link indexesText} wrote. */
export const readIndexes = (text: string): readonly number[] =>
  text === ""
    ? []
    : text.split(",").flatMap((range) => {
        const [from = 0, to = from] = range.split("-").map(Number);
        return Array.from({ length: to - from + 1 }, (_, i) => from + i);
      });
