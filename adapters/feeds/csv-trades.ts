import { readDecimal } from "#core/decimal.ts";
import type { SourceRow } from "#core/ports/trade-source.ts";
import { isSymbol, type RejectionReason } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";

/** Where each field stands in a line. */
interface Columns {
  readonly time: number;
  readonly symbol: number;
  readonly price: number;
  readonly size: number;
  readonly sequence: number | undefined;
  readonly venue: number | undefined;
  readonly conditions: number | undefined;
  readonly currency: number | undefined;
  readonly count: number;
}

/** Reads the lines below a header. `line` counts from 1, the header included. */
export type CsvReader = (text: string, line: number) => SourceRow;

/** A column's names in a header. */
const NAMES = {
  time: ["time", "eventtimems"],
  symbol: ["symbol"],
  price: ["price"],
  size: ["size"],
  sequence: ["sequence"],
  venue: ["venue", "exchange"],
  conditions: ["conditions"],
  currency: ["currency"],
} as const;

const REQUIRED = ["time", "symbol", "price", "size"] as const;

/**
 * A reader for a CSV of trades whose first line is `header`: columns in any order and any case, unknown ones ignored, nothing quoted.
 * `time` is integer milliseconds since 1970; without a `sequence` column a row's number is its sequence, from 1.
 * Returns the names that the header lacks instead, when it lacks any of `time,symbol,price,size`.
 */
export const createCsvReader = (header: string, source: string): CsvReader | readonly string[] => {
  const cells = header.split(",").map((name) => name.trim().toLowerCase());
  const place = (name: keyof typeof NAMES): number | undefined => {
    const index = cells.findIndex((cell) => (NAMES[name] as readonly string[]).includes(cell));
    return index < 0 ? undefined : index;
  };
  const [time, symbol, price, size] = REQUIRED.map(place);
  if (time === undefined || symbol === undefined || price === undefined || size === undefined) {
    return REQUIRED.filter((name) => place(name) === undefined);
  }
  const optional = {
    sequence: place("sequence"),
    venue: place("venue"),
    conditions: place("conditions"),
    currency: place("currency"),
  };
  const columns: Columns = { time, symbol, price, size, ...optional, count: cells.length };
  return (text, line) => readRow(columns, source, text, line);
};

const LONGEST_LINE = 1_000;

const readRow = (columns: Columns, source: string, text: string, line: number): SourceRow => {
  const cells = text.length > LONGEST_LINE ? [] : text.split(",");
  const rejected = (reason: RejectionReason): SourceRow => ({ kind: "rejected", line, reason });
  if (cells.length !== columns.count) return rejected("unknown-shape");
  const symbol = cells[columns.symbol] ?? "";
  const time = wholeNumber(cells[columns.time], TIME_DIGITS);
  const sequence = columns.sequence === undefined ? line - 1 : wholeNumber(cells[columns.sequence], SEQUENCE_DIGITS);
  if (!isSymbol(symbol) || time === undefined || sequence === undefined) return rejected("unknown-shape");
  const price = readDecimal(cells[columns.price] ?? "");
  if (typeof price === "string") return rejected(price);
  const size = readDecimal(cells[columns.size] ?? "");
  if (typeof size === "string") return rejected(size);
  const option = (column: number | undefined): string | undefined =>
    column === undefined ? undefined : cells[column] || undefined;
  return {
    kind: "trade",
    trade: {
      symbol,
      price,
      size,
      eventTimeMs: epochMs(time),
      sequence,
      venue: option(columns.venue),
      conditions: option(columns.conditions),
      currency: option(columns.currency),
      source,
    },
  };
};

/** Below 2^52, as event times must be. */
const TIME_DIGITS = 15;
/** A safe integer has no more. */
const SEQUENCE_DIGITS = 16;

const wholeNumber = (text = "", digits: number): number | undefined => {
  const value = /^\d+$/.test(text) && text.length <= digits ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
};
