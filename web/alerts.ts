import { readDecimal } from "#core/decimal.ts";
import { isSymbol } from "#core/trade.ts";
import type { KeepingPlace } from "./kept-symbols.ts";

/** A price that a reader wants to be told of once. */
export interface Alert {
  readonly symbol: string;
  /** Plain decimal text, as typed. */
  readonly price: string;
  /** When it was reached, undefined before. */
  readonly reachedMs?: number;
}

/** The newest bar of a symbol as it was at some moment. */
export interface Look {
  readonly startMs: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/**
 * Whether a symbol traded at `price`, or passed over it, between two looks; `later` are the bars from the one first seen
 * on. An extreme of that one counts only if it is new.
 */
export const isReached = (price: number, before: Look, later: readonly Look[]): boolean => {
  let [low, high] = [before.close, before.close];
  for (const bar of later) {
    const isSame = bar.startMs === before.startMs;
    low = Math.min(low, isSame && bar.low >= before.low ? bar.close : bar.low);
    high = Math.max(high, isSame && bar.high <= before.high ? bar.close : bar.high);
  }
  return low <= price && price <= high;
};

const KEY = "tapestream.alerts";
const MOST = 50;

const isAlert = (value: unknown): value is Alert => {
  const { symbol, price, reachedMs } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isPrice = typeof price === "string" && typeof readDecimal(price) === "object";
  return (
    typeof symbol === "string" && isSymbol(symbol) && isPrice && ["number", "undefined"].includes(typeof reachedMs)
  );
};

/** The alerts of earlier visits, none where the browser keeps nothing. */
export const readAlerts = (place: KeepingPlace): readonly Alert[] => {
  try {
    const kept: unknown = JSON.parse(place().getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isAlert).slice(-MOST) : [];
  } catch {
    return [];
  }
};

/** Lets the browser keep the alerts, if it will. */
export const keepAlerts = (place: KeepingPlace, alerts: readonly Alert[]): void => {
  try {
    place().setItem(KEY, JSON.stringify(alerts.slice(-MOST)));
  } catch {
    // they hold until the page is left
  }
};
