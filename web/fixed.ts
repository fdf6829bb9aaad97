import { decimalText, quotient, type Decimal, type WideDecimal } from "#core/decimal.ts";
import type { BarContent } from "#core/pane.ts";

/** Plain digits with a comma between thousands. */
const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",");

/** Exact, with `places` decimals or as many as it has if those are more: `"1,168.10"`. */
export const fixedText = (decimal: Decimal | WideDecimal, places = 0): string => {
  const [whole = "", fraction = ""] = decimalText(decimal).split(".");
  const decimals = fraction.padEnd(places, "0");
  return decimals === "" ? grouped(whole) : `${grouped(whole)}.${decimals}`;
};

/** The tumbling-window average with `places` decimals, rounded half to even. */
export const fixedMean = ({ priceSum, tradeCount }: BarContent, places: number): string =>
  fixedText(quotient(priceSum, { units: BigInt(tradeCount), scale: 0 }, places), places);

/** The volume-weighted average price with `places` decimals, rounded half to even. */
export const fixedVwap = ({ notional, volume }: BarContent, places: number): string =>
  fixedText(quotient(notional, volume, places), places);
