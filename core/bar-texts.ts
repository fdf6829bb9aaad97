import { barWindowText, type Bar } from "./bar.ts";
import { meanText, vwapText } from "./bars.ts";
import { decimalText } from "./decimal.ts";
import { laneOf } from "./frame/framer.ts";
import type { NamedTrade } from "./ports/trade-sink.ts";

/** The texts in which final bars and raw trades go to readers that this pipeline did not make. Numbers are exact as text. */

const MS_PER_SECOND = 1_000;

/**
 * `{"symbol":"IBM","timestamp":1381152660,"average":182.36}`: the mean of the prices in the window that ends at `timestamp`,
 * in seconds since 1970.
 */
export const averagePriceText = ({ symbol, endMs, content }: Bar): string =>
  `{"symbol":${JSON.stringify(symbol)},"timestamp":${endMs / MS_PER_SECOND},"average":${meanText(content)}}`;

/**
 * `{"start":"2013-10-07T13:30:00.000Z","end":"2013-10-07T13:31:00.000Z","stockName":"IBM","avgPrice":182.36,…}` with
 * `minPrice`, `maxPrice` and `count`; the end is exclusive.
 */
export const stockAveragesText = ({ symbol, startMs, endMs, content }: Bar): string => {
  const [start, end] = [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
  const { low, high, tradeCount } = content;
  return (
    `{"start":"${start}","end":"${end}","stockName":${JSON.stringify(symbol)},"avgPrice":${meanText(content)},` +
    `"minPrice":${decimalText(low)},"maxPrice":${decimalText(high)},"count":${tradeCount}}`
  );
};

/*
 * line  := measurement "," tag ("," tag)* " " field ("," field)* " " time
 * tag   := name "=" text          ; in a text "," "=" and " " are escaped by "\"
 * field := name "=" (number "i"? | quoted)   ; a number is a double, unless "i" makes it an integer
 * time  := milliseconds since 1970 of a bar, nanoseconds of a trade
 *
 * Source: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */

/**
 * A point of `bars` at the window's start, its tag `interval` like `1m`; that of a sliding window at its end, its tag like
 * `10s/5s`: it tells of what lies behind.
 */
export const barLine = ({ symbol, intervalMs, stepMs, startMs, endMs, content }: Bar): string => {
  const timeMs = stepMs === undefined ? startMs : endMs;
  const fields = [
    `open=${decimalText(content.open.price)}`,
    `high=${decimalText(content.high)}`,
    `low=${decimalText(content.low)}`,
    `close=${decimalText(content.close.price)}`,
    `volume=${decimalText(content.volume)}`,
    `mean=${meanText(content)}`,
    `vwap=${vwapText(content)}`,
    `trades=${content.tradeCount}i`,
  ];
  return `bars,interval=${barWindowText({ intervalMs, stepMs })},symbol=${tagText(symbol)} ${fields.join(",")} ${timeMs}`;
};

/**
 * A point of `trades`. Points of one time and equal tags are one point, and each set of tags is a series for ever: what
 * tells trades of a millisecond apart stands in the digits below it. Those of one record differ, in their order; two of
 * different records, of one symbol and millisecond, are taken for one about once in 900,000 times.
 */
export const tradeLine = ({ id, symbol, eventTimeMs, price, size }: NamedTrade): string => {
  const fields = `price=${decimalText(price)},size=${decimalText(size)},id="${id.replaceAll(/["\\]/g, "\\$&")}"`;
  return `trades,symbol=${tagText(symbol)} ${fields} ${BigInt(eventTimeMs) * NANOS_PER_MS + BigInt(nanosOf(id))}`;
};

const NANOS_PER_MS = 1_000_000n;
/** Room for the rows of the longest record behind the place of any record. */
const RECORD_PLACES = 900_000;
const MAX_ROWS = 100_000;

/** Nanoseconds within a millisecond: a place by the name of the record, and the row behind it. */
const nanosOf = (id: string): number => {
  const at = id.lastIndexOf(":");
  return laneOf(id.slice(0, at + 1), RECORD_PLACES) + (Number(id.slice(at + 1)) % MAX_ROWS);
};

/** A backslash before the character that ends a text would escape that: it becomes two. */
const tagText = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll(/[,= ]/g, "\\$&");
