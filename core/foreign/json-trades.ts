import { FaultTally } from "../fault-tally.ts";
import type { TradeColumns } from "../trade-columns.ts";
import type { TradeLimits } from "../trade-limits.ts";
import type { RejectionReason } from "../trade.ts";
import { checkedTrade, integerOf } from "./checked-trade.ts";
import { foreignReading, ONE_TRADE, rejectedWhole, type ForeignReading } from "./foreign-reading.ts";
import { readIsoTime } from "./iso-time.ts";
import { plainDecimal, readExactJson } from "./json-text.ts";
import { eachElement, eachLine, firstByte, nextLine, type TakeRange } from "./json-values.ts";
import { RunWriter, type ColumnTrade } from "./run-writer.ts";
import { scanTrade } from "./scan-trade.ts";

/**
 * Appends JSON trades in UTF-8 to `columns`: one object, an array of objects, or one object a line (`\n` or `\r\n`, blank
 * lines skipped). An object without line breaks inside it stands alone in its line; a single object may have them.
 *
 * | member                                      | value                                                              |
 * |---------------------------------------------|--------------------------------------------------------------------|
 * | `symbol`, or `StockSymbol`                  | text, see {@link isSymbol}                                         |
 * | `price`, or `LastTradePrice`; `size`        | a JSON number, its text taken exactly as written, exponents        |
 * |                                             | expanded; or text with a plain decimal                             |
 * | `eventTimeMs`                               | integer milliseconds since 1970, as a number or as text            |
 * | `time`, or `timestamp`                      | where the ones before are absent: the same, or text with an ISO    |
 * |                                             | 8601 instant, see {@link readIsoTime}                              |
 * | `last_trade_time`, or `LastTradeDateTime`   | where the ones before are absent: the same, the zone UTC where the |
 * |                                             | text names none; a trade so stamped has size 1 where it has none   |
 * | `sequence`                                  | non-negative integer below 2^53, as a number or as text; absent:   |
 * |                                             | the index of the object in the record, from `firstIndex` on        |
 *
 * Other members (`venue`, `currency`, `conditions`, `source`) are allowed and change no bar. An object in which a member
 * is missing, or of another kind than the table says, is an `unknown-shape`. Each fault is reported alone, by its index
 * from 0, blank lines not counted, and the other trades go on; an array whose brackets do not match is one
 * `malformed-json` of index -1.
 */
export const readJsonTrades = (
  data: Uint8Array,
  columns: TradeColumns,
  limits: TradeLimits,
  firstIndex = 0,
): ForeignReading => {
  const { count: start, runCount: runStart } = columns;
  if (scanTrade(data, 0, data.length, firstIndex, columns, runStart, limits)) return ONE_TRADE;
  const writer = new RunWriter(columns);
  const tally = new FaultTally(limits.maxFaults);
  let index = 0;
  const isWhole = eachValue(data, (from, to) => {
    if (!scanTrade(data, from, to, firstIndex + index, columns, runStart, limits)) {
      const isHopeless = tally.isFull && to - from < SHORTEST_TRADE;
      const trade = isHopeless ? "unknown-shape" : readValue(data, from, to, firstIndex + index, limits);
      if (typeof trade === "string") tally.add(index, trade);
      else writer.add(trade);
    }
    index++;
  });
  if (isWhole) return foreignReading(columns.count - start, tally);
  columns.truncate(start, runStart);
  return rejectedWhole("malformed-json");
};

const OPEN_ARRAY = 0x5b;

/**
 * What is shorter can be no trade, and need not be parsed once nobody asks for its reason: the parser takes longer to say
 * what is wrong with a line than to read it.
 */
const SHORTEST_TRADE = '{"symbol":"A","price":1,"size":1,"time":1}'.length;

const NUMERIC_NAMES: ReadonlySet<string> = new Set([
  "price",
  "LastTradePrice",
  "size",
  "eventTimeMs",
  "time",
  "timestamp",
  "last_trade_time",
  "LastTradeDateTime",
  "sequence",
]);

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
  if (!json) return "malformed-json";
  const { value } = json;
  if (typeof value !== "object" || value === null) return "unknown-shape";
  return readMembers(value as Members, index, limits);
};

type Members = Readonly<Record<string, unknown>>;

const readMembers = (members: Members, index: number, limits: TradeLimits): ColumnTrade | RejectionReason => {
  const { StockSymbol, symbol = StockSymbol, LastTradePrice, price = LastTradePrice, size, sequence = index } = members;
  const { eventTimeMs, isOld } = readTime(members);
  const texts = {
    symbol: typeof symbol === "string" ? symbol : undefined,
    price: scalarText(price),
    size: size === undefined && isOld ? ONE : scalarText(size),
    eventTimeMs,
    sequence: readInteger(sequence),
  };
  return checkedTrade(texts, limits);
};

/** The size of what the older stock pipelines write: the price of a last trade, not how much was traded. */
const ONE = "1";

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
  return typeof value === "string" ? integerOf(value) : undefined;
};

/** A trade's instant, and whether it stands where the older stock pipelines have it. */
const readTime = (members: Members): { readonly eventTimeMs: number | undefined; readonly isOld: boolean } => {
  const { eventTimeMs, time, timestamp, last_trade_time: lastTradeTime, LastTradeDateTime } = members;
  if (eventTimeMs !== undefined) return { eventTimeMs: readInteger(eventTimeMs), isOld: false };
  const stamp = time ?? timestamp;
  if (stamp !== undefined && stamp !== null) return { eventTimeMs: instantOf(stamp), isOld: false };
  const old = lastTradeTime ?? LastTradeDateTime;
  return { eventTimeMs: instantOf(old) ?? (typeof old === "string" ? readIsoTime(`${old}Z`) : undefined), isOld: true };
};

const instantOf = (value: unknown): number | undefined =>
  readInteger(value) ?? (typeof value === "string" ? readIsoTime(value) : undefined);
