import { MAX_SCALE, readDecimal, type Decimal, type DecimalFault } from "#core/decimal.ts";
import { readIsoTime } from "#core/foreign/iso-time.ts";
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
 * A reader for a CSV of trades whose first line is `header`: columns in any order and any case, unknown ones ignored.
 * `time` is integer milliseconds since 1970 or an instant of {@link readIsoTime}. A field may be quoted as RFC 4180 says,
 * but ends on its line; one that does not begin with a quote is taken as it stands. Without a `sequence` column a row's number is its sequence, from 1.
 * Returns what is wrong with the header instead, when it lacks any of `time,symbol,price,size`: what it must, and what it has.
 */
export const createCsvReader = (header: string, source: string): CsvReader | string => {
  const names = (fieldsOf(header) ?? []).map((name) => name.trim());
  const cells = names.map((name) => name.toLowerCase());
  const place = (name: keyof typeof NAMES): number | undefined => {
    const index = cells.findIndex((cell) => (NAMES[name] as readonly string[]).includes(cell));
    return index < 0 ? undefined : index;
  };
  const [time, symbol, price, size] = REQUIRED.map(place);
  if (time === undefined || symbol === undefined || price === undefined || size === undefined) {
    const lacking = REQUIRED.filter((name) => place(name) === undefined);
    return `must have the columns ${listOf(REQUIRED)}${headerFault(header, names, lacking)}`;
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

const headerFault = (header: string, names: readonly string[], lacking: readonly string[]): string => {
  if (names.length <= 1) return `, with commas between; has ${excerptOf(header)}`;
  const isPlain = header.length <= LONGEST_HEADER && names.every((name) => /^[\w .-]+$/.test(name));
  return `; lacks ${listOf(lacking)}; has ${isPlain ? names.join(", ") : excerptOf(header)}`;
};

const listOf = (names: readonly string[]): string => names.join(", ").replace(/, (\w+)$/, " and $1");

const LONGEST_HEADER = 200;
const LONGEST_LINE = 1_000;

const readRow = (columns: Columns, source: string, text: string, line: number): SourceRow => {
  const read = readTrade(columns, text, line);
  if ("must" in read) {
    const { reason, must, was } = read;
    return { kind: "rejected", line, reason, problem: { must, was: excerptOf(was) } };
  }
  const option = (column: number | undefined): string | undefined =>
    column === undefined ? undefined : read.fields[column] || undefined;
  return {
    kind: "trade",
    trade: {
      symbol: read.symbol,
      price: read.price,
      size: read.size,
      eventTimeMs: epochMs(read.time),
      sequence: read.sequence,
      venue: option(columns.venue),
      conditions: option(columns.conditions),
      currency: option(columns.currency),
      source,
    },
  };
};

interface RowFault {
  readonly reason: RejectionReason;
  readonly must: string;
  readonly was: string;
}

interface RowFields {
  readonly fields: readonly string[];
  readonly symbol: string;
  readonly time: number;
  readonly sequence: number;
  readonly price: Decimal;
  readonly size: Decimal;
}

/** What a line says, or the first thing that is wrong with it. */
const readTrade = (columns: Columns, text: string, line: number): RowFields | RowFault => {
  const misshapen = (must: string, was: string): RowFault => ({ reason: "unknown-shape", must, was });
  if (text.length > LONGEST_LINE) return misshapen(`a line must have at most ${LONGEST_LINE} characters`, text);
  const fields = fieldsOf(text);
  if (fields === undefined) return misshapen("a quoted field must end on its line, before a comma", text);
  if (fields.length !== columns.count)
    return misshapen(`a line must have ${columns.count} fields, as the header has`, text);
  const field = (column: number): string => fields[column]!;
  const symbol = field(columns.symbol);
  if (!isSymbol(symbol)) return misshapen(SYMBOL_RULE, symbol);
  const time = wholeNumber(field(columns.time), TIME_DIGITS) ?? readIsoTime(field(columns.time));
  if (time === undefined) return misshapen(TIME_RULE, field(columns.time));
  const sequence = columns.sequence === undefined ? line - 1 : wholeNumber(field(columns.sequence), SEQUENCE_DIGITS);
  if (sequence === undefined) return misshapen(SEQUENCE_RULE, field(columns.sequence!));
  const price = readDecimal(field(columns.price));
  if (typeof price === "string") return { reason: price, must: decimalRule("price", price), was: field(columns.price) };
  const size = readDecimal(field(columns.size));
  if (typeof size === "string") return { reason: size, must: decimalRule("size", size), was: field(columns.size) };
  return { fields, symbol, time, sequence, price, size };
};

const SYMBOL_RULE = "the symbol must be 1 to 32 printable ASCII characters, with no space at either end";
const TIME_RULE = "the time must be milliseconds since 1970 or ISO 8601 with a zone, like 2013-10-07T13:30:00.464Z";
const SEQUENCE_RULE = "the sequence must be a whole number below 2^53";

const DECIMAL_RULES: Readonly<Record<DecimalFault, string>> = {
  "not-a-decimal": "be a decimal number like 182.31",
  "not-positive": "be greater than 0",
  "too-many-decimals": `have at most ${MAX_SCALE} decimals`,
  "too-large": "have at most 15 digits",
};

const decimalRule = (name: string, fault: DecimalFault): string => `the ${name} must ${DECIMAL_RULES[fault]}`;

/** A line's fields; undefined when a quoted one does not end on it. */
const fieldsOf = (line: string): readonly string[] | undefined => {
  if (!line.includes('"')) return line.split(",");
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|((?!")[^,]*))(,|$)/y;
  for (;;) {
    const match = field.exec(line);
    if (match === null) return undefined;
    const [, quoted, plain = "", end] = match;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "") return fields;
  }
};

const LONGEST_EXCERPT = 60;

const excerptOf = (text: string): string =>
  JSON.stringify(text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}…` : text);

/** Below 2^52, as event times must be. */
const TIME_DIGITS = 15;
/** A safe integer has no more. */
const SEQUENCE_DIGITS = 16;

const wholeNumber = (text: string, digits: number): number | undefined => {
  const value = /^\d+$/.test(text) && text.length <= digits ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
};
