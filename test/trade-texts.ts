import { decimalText } from "#core/decimal.ts";
import type { TradeColumns } from "#core/trade-columns.ts";
import type { Fault } from "#core/trade.ts";

/** What was read of a record, trade by trade in plain text, and what is set aside of it. */
export const tradeTexts = (columns: TradeColumns, faults: readonly Fault[]): object => {
  const trades = columns.runs.flatMap(({ symbol, priceScale, sizeScale, from, to }) =>
    Array.from({ length: to - from }, (_, i) => {
      const price = decimalText({ units: columns.price[from + i]!, scale: priceScale });
      const size = decimalText({ units: columns.size[from + i]!, scale: sizeScale });
      return `${symbol} ${price} × ${size} at ${columns.eventTimeMs[from + i]!} #${columns.sequence[from + i]!}`;
    }),
  );
  return { trades, faults: faults.map(({ index, reason }) => `${index} ${reason}`) };
};
