import { FaultTally } from "../fault-tally.ts";
import type { TradeColumns } from "../trade-columns.ts";
import type { TradeLimits } from "../trade-limits.ts";
import type { RejectionReason } from "../trade.ts";
import { utf8Text } from "../utf8.ts";
import { checkedTrade, integerOf } from "./checked-trade.ts";
import { foreignReading, type ForeignReading } from "./foreign-reading.ts";
import { blanksEnd, eachLine } from "./json-values.ts";
import { RunWriter, type ColumnTrade } from "./run-writer.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;

/** Whether a record begins, blanks aside, with readable ASCII and a comma, as lines of {@link readCsvTrades} do. */
export const isCsv = (data: Uint8Array): boolean => {
  const from = blanksEnd(data, 0, data.length);
  let at = from;
  while (at < data.length && data[at]! >= 0x20 && data[at]! < 0x7f && data[at] !== COMMA) at++;
  return at > from && data[at] === COMMA;
};

/**
 * Appends the trades of CSV lines (`\n` or `\r\n`, blank lines skipped) to `columns`: what the older stock pipelines
 * write, fields neither quoted nor padded.
 *
 *     line := symbol "," kind "," price "," size "," epochMs "," rest
 *     kind := anything but a comma, BUY or SELL         ; changes no bar
 *     rest := anything, the same time as people read it ; changes no bar
 *
 * A trade's sequence is the index of its line, from `firstIndex` on. A line with fewer fields, or with another symbol or
 * time than can be, is an `unknown-shape`; each fault is reported alone, by its index from 0, blank lines not counted.
 */
export const readCsvTrades = (
  data: Uint8Array,
  columns: TradeColumns,
  limits: TradeLimits,
  firstIndex = 0,
): ForeignReading => {
  const start = columns.count;
  const writer = new RunWriter(columns);
  const tally = new FaultTally(limits.maxFaults);
  let index = 0;
  eachLine(data, (from, to) => {
    const trade = readLine(data, from, to, firstIndex + index, limits);
    if (typeof trade === "string") tally.add(index, trade);
    else writer.add(trade);
    index++;
  });
  return foreignReading(columns.count - start, tally);
};

const readLine = (
  data: Uint8Array,
  from: number,
  to: number,
  sequence: number,
  limits: TradeLimits,
): ColumnTrade | RejectionReason => {
  const symbolEnd = fieldEnd(data, from, to);
  const kindEnd = fieldEnd(data, symbolEnd + 1, to);
  const priceEnd = fieldEnd(data, kindEnd + 1, to);
  const sizeEnd = fieldEnd(data, priceEnd + 1, to);
  const timeEnd = fieldEnd(data, sizeEnd + 1, to);
  // A quote is none of a symbol's here: taken as one, "IBM" would be traded beside IBM.
  if (timeEnd >= to || data[from] === QUOTE) return "unknown-shape";
  const texts = {
    symbol: utf8Text(data, from, symbolEnd),
    price: utf8Text(data, kindEnd + 1, priceEnd),
    size: utf8Text(data, priceEnd + 1, sizeEnd),
    eventTimeMs: integerOf(utf8Text(data, sizeEnd + 1, timeEnd) ?? ""),
    sequence,
  };
  return checkedTrade(texts, limits);
};

/** The position of the comma that ends the field which begins at `from`, or `to` when there is none before it. */
const fieldEnd = (data: Uint8Array, from: number, to: number): number => {
  let at = from;
  while (at < to && data[at] !== COMMA) at++;
  return Math.min(at, to);
};
