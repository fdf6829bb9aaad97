import { readDecimal } from "../decimal.ts";
import { EVENT_TIME_RANGE_MS, type TradeLimits } from "../trade-limits.ts";
import { isSymbol, type RejectionReason } from "../trade.ts";
import type { ColumnTrade } from "./run-writer.ts";

/** What a text says of a trade; undefined is what it lacks, or says in another kind of value than it must. */
export interface TradeTexts {
  readonly symbol: string | undefined;
  readonly price: string | undefined;
  readonly size: string | undefined;
  readonly eventTimeMs: number | undefined;
  readonly sequence: number | undefined;
}

/** The trade that is said, or the first thing that is wrong with it: its shape, price, size and time, in this order. */
export const checkedTrade = (said: TradeTexts, { latestEventTimeMs }: TradeLimits): ColumnTrade | RejectionReason => {
  const { symbol, price: priceText, size: sizeText, eventTimeMs, sequence } = said;
  if (symbol === undefined || !isSymbol(symbol)) return "unknown-shape";
  if (priceText === undefined || sizeText === undefined) return "unknown-shape";
  if (eventTimeMs === undefined || eventTimeMs <= -EVENT_TIME_RANGE_MS) return "unknown-shape";
  if (sequence === undefined || sequence < 0 || sequence > Number.MAX_SAFE_INTEGER) return "unknown-shape";
  const price = readDecimal(priceText);
  if (typeof price === "string") return price;
  const size = readDecimal(sizeText);
  if (typeof size === "string") return size;
  if (eventTimeMs > latestEventTimeMs) return "future";
  return { symbol, price, size, eventTimeMs, sequence };
};

/** The whole number that plain digits write, inexact and perhaps infinite beyond 2^53; undefined for any other text. */
export const integerOf = (text: string): number | undefined => (/^-?\d+$/.test(text) ? Number(text) : undefined);
