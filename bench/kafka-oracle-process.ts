/** Folds the market that its argument speaks of by the oracle, and tells the rows of all bars. */
import { decimalText } from "#core/decimal.ts";
import type { Trade } from "#core/trade.ts";
import { createOracleFold } from "#oracle/oracle.ts";
import { INTERVALS, stretchOf, type StretchSetting } from "./kafka-market.ts";

/** No trade of the market comes so much later than another that happened after it. */
const LATEST_MS = 10_000;

const fold = createOracleFold(INTERVALS);
/** Trades by the second in which they happened: the oracle takes them in order. */
const waiting = new Map<number, Trade[]>();

const foldUntil = (untilMs: number): void => {
  for (const second of [...waiting.keys()].toSorted((a, b) => a - b)) {
    if (second >= untilMs) return;
    const trades = waiting.get(second)!;
    waiting.delete(second);
    trades.sort((a, b) => a.eventTimeMs - b.eventTimeMs || a.sequence - b.sequence);
    for (const { symbol, price, size, eventTimeMs: time, sequence } of trades)
      fold.add({ symbol, price: decimalText(price), size: decimalText(size), time, sequence });
  }
};

const setting = JSON.parse(process.argv[2]!) as StretchSetting;
for (const { trades } of stretchOf(setting)) {
  for (const trade of trades) {
    const second = Math.floor(trade.eventTimeMs / 1_000) * 1_000;
    const others = waiting.get(second);
    if (others === undefined) waiting.set(second, [trade]);
    else others.push(trade);
  }
  foldUntil(Math.max(...waiting.keys()) - LATEST_MS);
}
foldUntil(Number.POSITIVE_INFINITY);
process.send!(fold.rows(), () => process.disconnect());
