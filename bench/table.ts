import type { Figure } from "./figure.ts";

/** How wide the columns are: the cases are the longest that there are, and so wide that none of them moves the others. */
const WIDTHS = [29, 72, 12, 13, 24] as const;
const VALUE = 2;

/** The head of the table that {@link tableRow} continues, as Markdown. */
export const tableHead = (isCompared: boolean): string =>
  [
    line(["name", "case", "median", "unit", "least to greatest", ...(isCompared ? ["to compared"] : [])]),
    line(["---", "---", "---:", "---", "---", ...(isCompared ? ["---"] : [])]),
  ].join("\n");

/** One figure, and beside it how many times the median of the one that it is compared with. */
export const tableRow = ({ name, case: of, unit, median, min, max }: Figure, compared: number | undefined): string =>
  line([
    name,
    of,
    text(median),
    unit,
    `${text(min)} to ${text(max)}`,
    ...(compared === undefined ? [] : [`x ${text(median / compared)}`]),
  ]);

/** A cell that is too wide takes of the padding of those behind it, so that these meet their columns again. */
const line = (cells: readonly string[]): string => {
  let surplus = 0;
  const padded = cells.map((cell, column) => {
    const width = Math.max(cell.length, (WIDTHS[column] ?? 0) - surplus);
    surplus += width - (WIDTHS[column] ?? width);
    return column === VALUE ? cell.padStart(width) : cell.padEnd(width);
  });
  return `| ${padded.join(" | ")} |`;
};

/** Three digits at least: `12,345,678`, `123`, `12.3`, `0.0123`. */
const text = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
