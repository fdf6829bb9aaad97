import { least, MAX_SCALE, type Decimal } from "../decimal.ts";
import { EVENT_TIME_RANGE_MS } from "../trade-limits.ts";
import { isSymbol, type Trade } from "../trade.ts";

/** Successive trades of one symbol, and the scales that they are written at. */
export interface TradeRun {
  readonly symbol: string;
  readonly priceScale: number;
  readonly sizeScale: number;
  readonly trades: readonly Trade[];
}

/** The trades by symbol, symbols and trades in the order in which they came. */
export const bySymbol = (trades: readonly Trade[]): Map<string, Trade[]> => {
  const groups = new Map<string, Trade[]>();
  for (const trade of trades) {
    const group = groups.get(trade.symbol);
    if (group === undefined) groups.set(trade.symbol, [trade]);
    else group.push(trade);
  }
  return groups;
};

/**
 * The runs of trades that are grouped by symbol. A run's scales are the greatest least scales of its trades; where those
 * would take a trade's units to 2^53 or beyond, another run begins.
 * @throws RangeError when a trade is none.
 */
export const runsOf = (groups: readonly (readonly Trade[])[]): readonly TradeRun[] => {
  const runs: TradeRun[] = [];
  for (const group of groups) {
    const { symbol = "" } = group[0] ?? {};
    if (!isSymbol(symbol)) throw new RangeError(`a symbol must be 1 to 32 printable ASCII characters, was ${symbol}`);
    cutByScale(symbol, group, runs);
  }
  return runs;
};

/** The units of `decimal` at a scale that holds it exactly. */
export const unitsAt = ({ units, scale }: Decimal, runScale: number): number =>
  scale <= runScale ? units * POWERS[runScale - scale]! : units / POWERS[scale - runScale]!;

const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8] as const;

/** What a run holds so far: its scale, and its greatest units at that scale. */
interface Extent {
  readonly scale: number;
  readonly greatest: number;
}

const NOTHING: Extent = { scale: 0, greatest: 0 };

const cutByScale = (symbol: string, trades: readonly Trade[], runs: TradeRun[]): void => {
  let [price, size] = [NOTHING, NOTHING];
  let from = 0;
  for (let i = 0; i < trades.length; i++) {
    const trade = trades[i]!;
    requireTrade(trade);
    let widerPrice = widened(price, trade.price);
    let widerSize = widened(size, trade.size);
    if (!isExact(widerPrice) || !isExact(widerSize)) {
      runs.push({ symbol, priceScale: price.scale, sizeScale: size.scale, trades: trades.slice(from, i) });
      from = i;
      widerPrice = widened(NOTHING, trade.price);
      widerSize = widened(NOTHING, trade.size);
    }
    price = widerPrice;
    size = widerSize;
  }
  const last = from === 0 ? trades : trades.slice(from);
  runs.push({ symbol, priceScale: price.scale, sizeScale: size.scale, trades: last });
};

const widened = (extent: Extent, decimal: Decimal): Extent => {
  if (decimal.scale === extent.scale && decimal.units <= extent.greatest) return extent;
  const own = decimal.scale > 0 && decimal.units % 10 === 0 ? least(decimal).scale : decimal.scale;
  const scale = Math.max(extent.scale, own);
  const units = unitsAt(decimal, scale);
  if (scale === extent.scale && units <= extent.greatest) return extent;
  return { scale, greatest: Math.max(units, unitsAt({ units: extent.greatest, scale: extent.scale }, scale)) };
};

/** A product at or beyond 2^53 never rounds to less, so that what is below it is exact. */
const isExact = ({ greatest }: Extent): boolean => greatest <= Number.MAX_SAFE_INTEGER;

const requireTrade = ({ symbol, price, size, eventTimeMs, sequence }: Trade): void => {
  if (!isDecimal(price) || !isDecimal(size))
    throw new RangeError(
      `price and size of ${symbol} must be positive decimals, were ${text(price)} and ${text(size)}`,
    );
  if (!Number.isInteger(eventTimeMs) || Math.abs(eventTimeMs) >= EVENT_TIME_RANGE_MS)
    throw new RangeError(`an event time must be an integer within 2^52 ms of 1970, was ${eventTimeMs}`);
  if (!Number.isSafeInteger(sequence) || sequence < 0)
    throw new RangeError(`a sequence must be a non-negative safe integer, was ${sequence}`);
};

const isDecimal = ({ units, scale }: Decimal): boolean =>
  Number.isSafeInteger(units) && units > 0 && Number.isInteger(scale) && scale >= 0 && scale <= MAX_SCALE;

const text = ({ units, scale }: Decimal): string => `${units} / 10^${scale}`;
