import { readDecimal, type Decimal } from "#core/decimal.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import type { OracleTrade } from "#oracle/oracle.ts";

/** The oracle's trade as the pipeline knows it. */
export const tradeOf = ({ symbol, price, size, time, sequence }: OracleTrade): Trade => ({
  symbol,
  price: decimal(price),
  size: decimal(size),
  eventTimeMs: epochMs(time),
  sequence,
});

const decimal = (text: string): Decimal => {
  const read = readDecimal(text);
  if (typeof read === "string") throw new RangeError(`${text}: ${read}`);
  return read;
};
