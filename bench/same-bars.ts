import type { Decimal, WideDecimal } from "#core/decimal.ts";
import type { Pane } from "#core/pane.ts";
import type { PlainBar } from "./plain-handler.ts";

/** As much as floats may be off after some ten thousand sums. */
const TOLERANCE = 1e-9;

/**
 * Holds exact panes against bars in floats: prices, times and counts must be the same, sums nearly.
 * @throws RangeError when they are not.
 */
export const mustBeSameBars = (panes: readonly Pane[], bars: ReadonlyMap<string, PlainBar>): void => {
  if (panes.length !== bars.size || panes.length === 0)
    throw new RangeError(`both handlers must make the same bars, made ${panes.length} and ${bars.size}`);
  for (const pane of panes) {
    const key = `${pane.symbol}|${pane.intervalMs}|${pane.startMs}`;
    const [ours, plain] = [rowOf(pane), bars.get(key)];
    if (plain === undefined || ours.some((value, i) => Math.abs(value - plain[i]!) > TOLERANCE * Math.abs(value)))
      throw new RangeError(`both handlers must make the same bar ${key}, made ${String(ours)} and ${String(plain)}`);
  }
};

const rowOf = ({ content }: Pane): PlainBar => [
  content.tradeCount,
  float(content.open.price),
  content.open.eventTimeMs,
  float(content.high),
  float(content.low),
  float(content.close.price),
  content.close.eventTimeMs,
  float(content.volume),
  float(content.priceSum),
  float(content.notional),
];

const float = ({ units, scale }: Decimal | WideDecimal): number => Number(units) / 10 ** scale;
