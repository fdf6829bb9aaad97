import { readDecimal } from "../decimal.ts";
import { FaultTally } from "../fault-tally.ts";
import type { TradeColumns } from "../trade-columns.ts";
import { EVENT_TIME_RANGE_MS, type TradeLimits } from "../trade-limits.ts";
import { isSymbol, type Fault, type RejectionReason } from "../trade.ts";
import { readIsoTime } from "./iso-time.ts";
import { plainDecimal, readExactJson } from "./json-text.ts";
import { eachElement, eachLine, firstByte, nextLine, type TakeRange } from "./json-values.ts";
import { RunWriter, type ColumnTrade } from "./run-writer.ts";

export interface JsonReading {
  /** Trades written into the columns: all but the faults. */
  readonly tradeCount: number;
  /** Values that are no possible trades, the first 100 by index: from 0, blank lines not counted; the record is -1. */
  readonly faults: readonly Fault[];
  /** How many they are in all. */
  readonly faultCount: number;
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
  const [start, runStart] = [columns.count, columns.runCount];
  const writer = new RunWriter(columns);
  const tally = new FaultTally(limits.maxFaults);
  let index = 0;
  const isWhole = eachValue(data, (from, to) => {
    const trade =
      tally.isFull && to - from < SHORTEST_TRADE ? "unknown-shape" : readValue(data, from, to, index, limits);
    if (typeof trade === "string") tally.add(index, trade);
    else writer.add(trade);
    index++;
  });
  if (isWhole) return { tradeCount: columns.count - start, faults: tally.faults, faultCount: tally.count };
  columns.truncate(start, runStart);
  return { tradeCount: 0, faults: [{ index: -1, reason: "malformed-json" }], faultCount: 1 };
};

const OPEN_ARRAY = 0x5b;

/**
 * What is shorter can be no trade, and need not be parsed once nobody asks for its reason: the parser takes longer to say
 * what is wrong with a line than to read it.
 */
const SHORTEST_TRADE = '{"symbol":"A","price":1,"size":1,"time":1}'.length;

const NUMERIC_NAMES: ReadonlySet<string> = new Set(["price", "size", "eventTimeMs", "time", "timestamp", "sequence"]);

/** Hands over the values of a record, see {@link readJsonTrades}. Returns false when all of them are to be forgotten. */
const eachValue = (data: Uint8Array, take: TakeRange): boolean => {
  if (firstByte(data) === OPEN_ARRAY) return eachElement(data, take);
  if (isOneBrokenObject(data)) take(0, data.length);
  else eachLine(data, take);
  return true;
};

/** Whether several lines make one object. */
const isOneBrokenObject = (data: Uint8Array): boolean => {
  const first = nextLine(data, 0);
  if (!first || !nextLine(data, first.to + 1)) return false;
  return !isJson(data, first.from, first.to) && isJson(data, 0, data.length);
};

const isJson = (data: Uint8Array, from: number, to: number): boolean =>
  readExactJson(data, from, to, NUMERIC_NAMES) !== undefined;

const readValue = (
  data: Uint8Array,
  from: number,
  to: number,
  index: number,
  limits: TradeLimits,
): ColumnTrade | RejectionReason => {
  const json = readExactJson(data, from, to, NUMERIC_NAMES);
  return json ? readJsonTrade(json.value, index, limits) : "malformed-json";
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
