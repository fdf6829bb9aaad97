import { least, type Decimal } from "#core/decimal.ts";
import { createRandom, type Random } from "#core/random.ts";
import type { SourceRow, TradeSource } from "#core/ports/trade-source.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs, type EpochMs } from "#core/units.ts";

export interface SimSetting {
  readonly seed: number;
  readonly symbols: readonly string[];
  /** Mean rate of all symbols together. */
  readonly tradesPerSecond: number;
  /** Ends after so many trades. @default never */
  readonly tradeCount?: number | undefined;
}

interface Market {
  readonly symbol: string;
  /** In cents. */
  price: number;
  sequence: number;
}

const BATCH = 1_000;

/**
 * A simulated market: trades arrive at random with the given mean rate, busier symbols first, prices walk by the cent, and
 * sizes are mostly round lots. The same seed gives the same trades, at times counted from the start.
 */
export const createSimSource = (setting: SimSetting): TradeSource => ({
  async *rows(from, startedAtMs) {
    const trades = simulate(setting, startedAtMs);
    let batch: SourceRow[] = [];
    for (let row = 0; row < (setting.tradeCount ?? Number.POSITIVE_INFINITY); row++) {
      const trade = trades();
      if (row >= from) batch.push({ kind: "trade", trade });
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  },
});

const simulate = ({ seed, symbols, tradesPerSecond }: SimSetting, startedAtMs: EpochMs): (() => Trade) => {
  const random = createRandom(seed);
  const markets = symbols.map((symbol): Market => ({
    symbol,
    price: 1_000 + Math.floor(random() * 20_000),
    sequence: 0,
  }));
  let elapsedMs = 0;
  return () => {
    elapsedMs += (-Math.log(1 - random()) * 1_000) / tradesPerSecond;
    const market = markets[Math.floor(random() ** 2 * markets.length)]!;
    market.price = Math.max(1, market.price + Math.round((random() + random() + random() - 1.5) * 4));
    return {
      symbol: market.symbol,
      price: cents(market.price),
      size: { units: sizeOf(random), scale: 0 },
      eventTimeMs: epochMs(startedAtMs + Math.floor(elapsedMs)),
      sequence: ++market.sequence,
      source: "sim",
    };
  };
};

const cents = (price: number): Decimal => least({ units: price, scale: 2 });

const sizeOf = (random: Random): number =>
  random() < 0.7 ? 100 * (1 + Math.floor(random() ** 3 * 20)) : 1 + Math.floor(random() * 99);
