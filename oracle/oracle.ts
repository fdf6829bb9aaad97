/**
 * What the bars must be: all trades sorted, then folded once, in big integers of 10^-8. It shares no code with the
 * pipeline, on purpose, and is as plain as can be.
 */

export interface OracleTrade {
  readonly symbol: string;
  /** Plain decimal text, at most 8 decimals. */
  readonly price: string;
  /** Plain decimal text, at most 8 decimals. */
  readonly size: string;
  readonly time: number;
  readonly sequence: number;
}

interface OracleBar {
  readonly symbol: string;
  readonly interval: string;
  readonly start: number;
  readonly end: number;
  trades: number;
  open: bigint;
  high: bigint;
  low: bigint;
  close: bigint;
  volume: bigint;
  priceSum: bigint;
  notional: bigint;
  openTime: number;
  closeTime: number;
}

const SIZES: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

interface UnitTrade extends OracleTrade {
  readonly priceUnits: bigint;
  readonly sizeUnits: bigint;
}

/**
 * The rows of an export (`symbol,interval,start,…`), as texts, by symbol, interval and start. An interval like `1m` has
 * windows side by side; one like `10s/5s` is a sliding one, whose windows of 10 s begin every 5 s.
 */
export const oracleRows = (trades: readonly OracleTrade[], intervals: readonly string[]): string[] => {
  const sorted = trades.map(inUnits).toSorted(order);
  const fold = new Fold(intervals);
  for (const trade of sorted) fold.add(trade);
  return fold.rows();
};

/** An oracle for more trades than can be kept. */
export interface OracleFold {
  /** Takes the next trade. @throws RangeError when it belongs before its symbol's last one. */
  add(trade: OracleTrade): void;
  /** The rows that {@link oracleRows} has for the trades so far. */
  rows(): string[];
}

/** Folds trades that come in order, symbol by symbol. */
export const createOracleFold = (intervals: readonly string[]): OracleFold => {
  const fold = new Fold(intervals);
  const last = new Map<string, UnitTrade>();
  return {
    add: (trade) => {
      const next = inUnits(trade);
      const before = last.get(trade.symbol);
      if (before !== undefined && order(before, next) > 0)
        throw new RangeError(`trades of ${trade.symbol} must come in order, ${trade.sequence} did not`);
      last.set(trade.symbol, next);
      fold.add(next);
    },
    rows: () => fold.rows(),
  };
};

const inUnits = ({ symbol, price, size, time, sequence }: OracleTrade): UnitTrade => ({
  symbol,
  price,
  size,
  time,
  sequence,
  priceUnits: units(price),
  sizeUnits: units(size),
});

const order = (a: UnitTrade, b: UnitTrade): number =>
  a.time - b.time || a.sequence - b.sequence || sign(a.priceUnits - b.priceUnits) || sign(a.sizeUnits - b.sizeUnits);

class Fold {
  readonly #intervals: readonly Interval[];
  readonly #bars = new Map<string, OracleBar>();

  constructor(intervals: readonly string[]) {
    this.#intervals = intervals.map(intervalOf);
  }

  /** Into each window that holds the trade's time: one, or as many as a sliding one has steps. */
  add(trade: UnitTrade): void {
    for (const interval of this.#intervals) {
      const last = Math.floor(trade.time / interval.step) * interval.step;
      for (let start = last; start > trade.time - interval.size; start -= interval.step)
        this.#addTo(interval, start, trade);
    }
  }

  #addTo({ name, size }: Interval, start: number, { symbol, time, priceUnits, sizeUnits }: UnitTrade): void {
    const key = `${symbol} ${name} ${start}`;
    const bar = this.#bars.get(key);
    if (bar === undefined) {
      this.#bars.set(key, {
        symbol,
        interval: name,
        start,
        end: start + size,
        trades: 1,
        open: priceUnits,
        high: priceUnits,
        low: priceUnits,
        close: priceUnits,
        volume: sizeUnits,
        priceSum: priceUnits,
        notional: priceUnits * sizeUnits,
        openTime: time,
        closeTime: time,
      });
      return;
    }
    bar.trades += 1;
    if (priceUnits > bar.high) bar.high = priceUnits;
    if (priceUnits < bar.low) bar.low = priceUnits;
    bar.close = priceUnits;
    bar.closeTime = time;
    bar.volume += sizeUnits;
    bar.priceSum += priceUnits;
    bar.notional += priceUnits * sizeUnits;
  }

  rows(): string[] {
    return [...this.#bars.values()]
      .toSorted((a, b) => compare(a.symbol, b.symbol) || compareIntervals(a.interval, b.interval) || a.start - b.start)
      .map(row);
  }
}

const row = (bar: OracleBar): string =>
  [
    bar.symbol,
    bar.interval,
    bar.start,
    bar.end,
    bar.trades,
    plain(bar.open, 8),
    plain(bar.high, 8),
    plain(bar.low, 8),
    plain(bar.close, 8),
    plain(bar.volume, 8),
    plain(halfEven(bar.priceSum, BigInt(bar.trades)), 8),
    plain(halfEven(bar.notional, bar.volume), 8),
    bar.openTime,
    bar.closeTime,
  ].join(",");

interface Interval {
  readonly name: string;
  readonly size: number;
  /** From the start of one window to the next. */
  readonly step: number;
}

const intervalOf = (name: string): Interval => {
  const [size, step = size] = name.split("/").map(sizeOf);
  return { name, size: size!, step: step! };
};

/** The shorter first, a sliding one behind that of windows side by side. */
const compareIntervals = (a: string, b: string): number => {
  const [left, right] = [intervalOf(a), intervalOf(b)];
  return left.size - right.size || right.step - left.step;
};

const sizeOf = (interval: string): number => Number(interval.slice(0, -1)) * SIZES[interval.slice(-1)]!;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sign = (difference: bigint): number => (difference < 0n ? -1 : difference > 0n ? 1 : 0);

/** Units of 10^-8. */
const units = (text: string): bigint => {
  const [whole, fraction = ""] = text.split(".");
  return BigInt(whole! + fraction.padEnd(8, "0"));
};

const halfEven = (numerator: bigint, denominator: bigint): bigint => {
  const down = numerator / denominator;
  const rest = 2n * (numerator - down * denominator);
  if (rest < denominator) return down;
  if (rest > denominator) return down + 1n;
  return down % 2n === 0n ? down : down + 1n;
};

const plain = (value: bigint, places: number): string => {
  const text = `${value / 10n ** BigInt(places)}.${(value % 10n ** BigInt(places)).toString().padStart(places, "0")}`;
  return text.replace(/\.?0+$/, "");
};
