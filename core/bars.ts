import type { Bar } from "./bar.ts";
import { decimalText, quotient } from "./decimal.ts";
import { Accumulator } from "./fold.ts";
import { windowOf } from "./interval.ts";
import type { BarContent, Pane } from "./pane.ts";
import type { DurationMs } from "./units.ts";

/** Mean and VWAP are shown at this many decimals, rounded half to even. */
const SHOWN_PLACES = 8;

/**
 * The bars of `intervalMs` that `panes` fold to, ordered by (symbol, startMs). The panes may be of several symbols and
 * shards, each key once, and of one stored interval, which must divide `intervalMs`.
 */
export const barsOf = (panes: readonly Pane[], intervalMs: DurationMs): readonly Bar[] => {
  const groups = new Map<string, Omit<Bar, "intervalMs" | "content"> & { fold: Accumulator; isCorrected: boolean }>();
  for (const pane of panes) {
    if (intervalMs % pane.intervalMs !== 0) {
      throw new RangeError(
        `a bar's interval must be a multiple of its panes', was ${intervalMs} of ${pane.intervalMs} ms`,
      );
    }
    const { startMs, endMs } = windowOf(pane.startMs, intervalMs);
    const key = `${startMs}|${pane.symbol}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { symbol: pane.symbol, startMs, endMs, fold: new Accumulator(), isCorrected: false };
      groups.set(key, group);
    }
    group.fold.add(pane.content);
    group.isCorrected ||= pane.isCorrected;
  }
  return [...groups.values()]
    .map(({ fold, ...bar }) => ({ ...bar, intervalMs, content: fold.content() }))
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : a.startMs - b.startMs));
};

/** The tumbling-window average: sum of prices over trades, plain text without trailing zeros. */
export const meanText = ({ priceSum, tradeCount }: BarContent): string =>
  decimalText(quotient(priceSum, { units: BigInt(tradeCount), scale: 0 }, SHOWN_PLACES));

/** The volume-weighted average price: notional over volume, plain text without trailing zeros. */
export const vwapText = ({ notional, volume }: BarContent): string =>
  decimalText(quotient(notional, volume, SHOWN_PLACES));
