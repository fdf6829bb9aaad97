import { decimalText, least, leastWide, readDecimal, readWideDecimal, type Decimal } from "./decimal.ts";
import type { BarContent, Print } from "./pane.ts";
import { epochMs } from "./units.ts";

/** The columns of a content row, in order. Decimals are plain text, times are milliseconds since 1970. */
export const CONTENT_COLUMNS = [
  "tradeCount",
  "open",
  "openTimeMs",
  "openSequence",
  "openSize",
  "high",
  "low",
  "close",
  "closeTimeMs",
  "closeSequence",
  "closeSize",
  "volume",
  "priceSum",
  "notional",
] as const;

/** A bar's or a pane's content as one flat row of texts and numbers; see {@link CONTENT_COLUMNS}. */
export type ContentRow = readonly (string | number)[];

/** The row of `content`: equal contents give identical rows. */
export const contentRow = ({
  tradeCount,
  open,
  high,
  low,
  close,
  volume,
  priceSum,
  notional,
}: BarContent): ContentRow => [
  tradeCount,
  ...printCells(open),
  decimalText(high),
  decimalText(low),
  ...printCells(close),
  decimalText(volume),
  decimalText(priceSum),
  decimalText(notional),
];

/**
 * The content that `row` was made from.
 * @throws RangeError when `row` is no content row.
 */
export const readContentRow = (row: readonly unknown[]): BarContent => {
  if (row.length !== CONTENT_COLUMNS.length) {
    throw new RangeError(`a content row must have ${CONTENT_COLUMNS.length} cells, had ${row.length}`);
  }
  return {
    tradeCount: numberCell(row[0]),
    open: readPrint(row.slice(1, 5)),
    high: priceCell(row[5]),
    low: priceCell(row[6]),
    close: readPrint(row.slice(7, 11)),
    volume: leastWide(readWideDecimal(textCell(row[11]))),
    priceSum: leastWide(readWideDecimal(textCell(row[12]))),
    notional: leastWide(readWideDecimal(textCell(row[13]))),
  };
};

const printCells = ({ price, eventTimeMs, sequence, size }: Print): ContentRow => [
  decimalText(price),
  eventTimeMs,
  sequence,
  decimalText(size),
];

const readPrint = ([price, eventTimeMs, sequence, size]: readonly unknown[]): Print => ({
  price: priceCell(price),
  eventTimeMs: epochMs(numberCell(eventTimeMs)),
  sequence: numberCell(sequence),
  size: priceCell(size),
});

const numberCell = (cell: unknown): number => {
  if (typeof cell !== "number" || !Number.isSafeInteger(cell))
    throw new RangeError(`a cell must be an integer, was ${shown(cell)}`);
  return cell;
};

const textCell = (cell: unknown): string => {
  if (typeof cell !== "string") throw new RangeError(`a cell must be decimal text, was ${shown(cell)}`);
  return cell;
};

const priceCell = (cell: unknown): Decimal => {
  const decimal = readDecimal(textCell(cell));
  if (typeof decimal === "string")
    throw new RangeError(`a cell must be a positive decimal, was ${shown(cell)}: ${decimal}`);
  return least(decimal);
};

/** A value of JSON as text: an object may bring a `toString` that is none. */
const shown = (cell: unknown): string => JSON.stringify(cell) ?? "absent";
