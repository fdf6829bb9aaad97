import type { Figure } from "./figure.ts";

const [NAME, CASE, VALUE, UNIT, RANGE] = [28, 47, 12, 15, 27] as const;

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

const line = ([name = "", of = "", value = "", unit = "", range = "", ...rest]: readonly string[]): string =>
  `| ${[name.padEnd(NAME), of.padEnd(CASE), value.padStart(VALUE), unit.padEnd(UNIT), range.padEnd(RANGE), ...rest].join(" | ")} |`;

/** Three digits at least: `12,345,678`, `123`, `12.3`, `0.0123`. */
const text = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
