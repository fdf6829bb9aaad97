import { readDecimal } from "../decimal.ts";
import type { TradeColumns } from "../trade-columns.ts";
import { EVENT_TIME_RANGE_MS, type TradeLimits } from "../trade-limits.ts";
import { isSymbol, type RejectionReason } from "../trade.ts";
import { readIsoTime } from "./iso-time.ts";
import { plainDecimal, readExactJson } from "./json-text.ts";
import { elementsOf, firstByte, linesOf, type ByteRange } from "./json-values.ts";
import { RunWriter, type ColumnTrade } from "./run-writer.ts";

/** A JSON value that is no possible trade. */
export interface JsonFault {
  /** Which value of the record, from 0, blank lines not counted; the record as a whole is -1. */
  readonly index: number;
  readonly reason: RejectionReason;
  /** A view of the value as it came. */
  readonly bytes: Uint8Array;
}

export interface JsonReading {
  /** Trades written into the columns: all but the faults. */
  readonly tradeCount: number;
  readonly faults: readonly JsonFault[];
}

/**
 * Appends JSON trades in UTF-8 to `columns`: one object, an array of objects, or one object a line (`\n` or `\r\n`, blank
 * lines skipped). An object without line breaks inside it stands alone in its line; a single object may have them.
 *
 * | member                              | value                                                                      |
 * |-------------------------------------|----------------------------------------------------------------------------|
 * | `symbol`                            | text, see {@link isSymbol}                                                 |
 * | `price`, `size`                     | a JSON number, its text taken exactly as written, exponents expanded; or   |
 * |                                     | text with a plain decimal                                                  |
 * | `eventTimeMs`                       | integer milliseconds since 1970, as a number or as text                    |
 * | `time`, `timestamp`                 | where the ones before are absent: the same, or text with an ISO 8601       |
 * |                                     | instant, see {@link readIsoTime}                                           |
 * | `sequence`                          | non-negative integer below 2^53, as a number or as text; absent: the index |
 * |                                     | of the object in the record                                                |
 *
 * Other members (`venue`, `currency`, `conditions`, `source`) are allowed and change no bar. An object in which a member
 * is missing, or of another kind than the table says, is an `unknown-shape`. Each fault is reported alone, and the other
 * trades go on; an array whose brackets do not match is one `malformed-json` of index -1.
 */
export const readJsonTrades = (data: Uint8Array, columns: TradeColumns, limits: TradeLimits): JsonReading => {
  const isArray = firstByte(data) === OPEN_ARRAY;
  const values = isArray ? elementsOf(data) : objectsOf(data);
  if (!values) return { tradeCount: 0, faults: [{ index: -1, reason: "malformed-json", bytes: data }] };
  const start = columns.count;
  const writer = new RunWriter(columns);
  const faults: JsonFault[] = [];
  for (const [index, { from, to }] of values.entries()) {
    const json = readExactJson(data, from, to, NUMERIC_NAMES);
    const trade = json ? readJsonTrade(json.value, index, limits) : "malformed-json";
    if (typeof trade === "string") faults.push({ index, reason: trade, bytes: data.subarray(from, to) });
    else writer.add(trade);
  }
  return { tradeCount: columns.count - start, faults };
};

const OPEN_ARRAY = 0x5b;

const NUMERIC_NAMES: ReadonlySet<string> = new Set(["price", "size", "eventTimeMs", "time", "timestamp", "sequence"]);

const isJson = (data: Uint8Array, { from, to }: ByteRange): boolean =>
  readExactJson(data, from, to, NUMERIC_NAMES) !== undefined;

/** The lines of a record, or all of it where several lines make one object. */
const objectsOf = (data: Uint8Array): readonly ByteRange[] => {
  const lines = linesOf(data);
  const [first] = lines;
  const whole = { from: 0, to: data.length };
  const isBroken = first !== undefined && lines.length > 1 && !isJson(data, first);
  return isBroken && isJson(data, whole) ? [whole] : lines;
};

const readJsonTrade = (value: unknown, index: number, limits: TradeLimits): ColumnTrade | RejectionReason => {
  if (typeof value !== "object" || value === null) return "unknown-shape";
  const { symbol, price, size, eventTimeMs, time, timestamp, sequence = index } = value as Record<string, unknown>;
  const priceText = scalarText(price);
  const sizeText = scalarText(size);
  const instant = readTime(eventTimeMs, time, timestamp);
  const order = readInteger(sequence);
  if (typeof symbol !== "string" || !isSymbol(symbol)) return "unknown-shape";
  if (priceText === undefined || sizeText === undefined) return "unknown-shape";
  if (instant === undefined || instant <= -EVENT_TIME_RANGE_MS) return "unknown-shape";
  if (order === undefined || order < 0 || order > Number.MAX_SAFE_INTEGER) return "unknown-shape";
  const exactPrice = readDecimal(priceText);
  if (typeof exactPrice === "string") return exactPrice;
  const exactSize = readDecimal(sizeText);
  if (typeof exactSize === "string") return exactSize;
  if (instant > limits.latestEventTimeMs) return "future";
  return { symbol, price: exactPrice, size: exactSize, eventTimeMs: instant, sequence: order };
};

/** Text as it is, a number in plain decimal digits; undefined for anything else. */
const scalarText = (value: unknown): string | undefined => {
  if (typeof value === "string") return value;
  if (typeof value !== "number") return undefined;
  const text = String(value);
  return text.includes("e") ? plainDecimal(text) : text;
};

/** A whole number, inexact and perhaps infinite beyond 2^53; undefined for anything else. */
const readInteger = (value: unknown): number | undefined => {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : undefined;
};

const readTime = (eventTimeMs: unknown, time: unknown, timestamp: unknown): number | undefined => {
  if (eventTimeMs !== undefined) return readInteger(eventTimeMs);
  const value = time ?? timestamp;
  return readInteger(value) ?? (typeof value === "string" ? readIsoTime(value) : undefined);
};
