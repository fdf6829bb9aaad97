import { barWindowText, type Bar } from "./bar.ts";
import { meanText, vwapText } from "./bars.ts";
import { decimalText } from "./decimal.ts";

/** The columns of an exported bar, in order. Times are integer milliseconds since 1970 UTC, `end` is exclusive. */
export const BAR_COLUMNS = [
  "symbol",
  "interval",
  "start",
  "end",
  "trades",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "mean",
  "vwap",
  "open_time",
  "close_time",
] as const;

/** One exported bar as cells: decimals plain and without trailing zeros, mean and VWAP half to even at 8 places. */
export const barRow = ({ symbol, intervalMs, stepMs, startMs, endMs, content }: Bar): readonly (string | number)[] => [
  symbol,
  barWindowText({ intervalMs, stepMs }),
  startMs,
  endMs,
  content.tradeCount,
  decimalText(content.open.price),
  decimalText(content.high),
  decimalText(content.low),
  decimalText(content.close.price),
  decimalText(content.volume),
  meanText(content),
  vwapText(content),
  content.open.eventTimeMs,
  content.close.eventTimeMs,
];
