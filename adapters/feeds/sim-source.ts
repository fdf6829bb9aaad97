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

/** Rows come in batches of so many. */
const BATCH = 1_000;
/** So many batches back a source can go on without simulating all anew: further than what is on its way to the stream. */
const REMEMBERED = 256;

/**
 * A simulated market: trades arrive at random with the given mean rate, busier symbols first, prices walk by the cent, and
 * sizes are mostly round lots. The same seed gives the same trades, at times counted from the start. One source read again
 * from where it was read to, or a little before, goes on from there.
 */
export const createSimSource = (setting: SimSetting): TradeSource => {
  const end = setting.tradeCount ?? Number.POSITIVE_INFINITY;
  const remembered = new Map<number, Simulation>();
  const remember = (row: number, simulation: Simulation): void => {
    remembered.set(row, simulation.copy());
    remembered.delete(row - REMEMBERED * BATCH);
  };
  return {
    async *rows(from, startedAtMs) {
      const known = from - (from % BATCH);
      const simulation = remembered.get(known) ?? new Simulation(setting);
      for (let row = simulation.count; row < end; row += BATCH) {
        remember(row, simulation);
        const rows = simulation.take(Math.min(BATCH, end - row), startedAtMs).slice(Math.max(0, from - row));
        if (rows.length > 0) yield rows;
      }
    },
  };
};

/** Random numbers that one trade takes. */
const DRAWS = 7;

interface Market {
  /** Trades so far. */
  count: number;
  elapsedMs: number;
  /** In cents, by symbol. */
  readonly prices: number[];
  /** Trades so far, by symbol. */
  readonly sequences: number[];
}

class Simulation {
  readonly #setting: SimSetting;
  readonly #market: Market;
  readonly #random: Random;

  constructor(setting: SimSetting, market = openMarket(setting)) {
    this.#setting = setting;
    this.#market = market;
    this.#random = createRandom(setting.seed, setting.symbols.length + market.count * DRAWS);
  }

  /** Trades so far. */
  get count(): number {
    return this.#market.count;
  }

  copy(): Simulation {
    const { prices, sequences, ...counts } = this.#market;
    return new Simulation(this.#setting, { ...counts, prices: [...prices], sequences: [...sequences] });
  }

  take(count: number, startedAtMs: EpochMs): readonly SourceRow[] {
    const rows: SourceRow[] = [];
    while (rows.length < count) rows.push({ kind: "trade", trade: this.#next(startedAtMs) });
    return rows;
  }

  #next(startedAtMs: EpochMs): Trade {
    const { symbols, tradesPerSecond } = this.#setting;
    const [market, random] = [this.#market, this.#random];
    market.elapsedMs += (-Math.log(1 - random()) * 1_000) / tradesPerSecond;
    const index = Math.floor(random() ** 2 * symbols.length);
    const step = Math.round((random() + random() + random() - 1.5) * 4);
    const price = Math.max(1, market.prices[index]! + step);
    market.prices[index] = price;
    market.count++;
    return {
      symbol: symbols[index]!,
      price: priceOf(price),
      size: SIZES[sizeOf(random)]!,
      eventTimeMs: epochMs(startedAtMs + Math.floor(market.elapsedMs)),
      sequence: ++market.sequences[index]!,
      source: "sim",
    };
  }
}

const openMarket = ({ seed, symbols }: SimSetting): Market => {
  const random = createRandom(seed);
  const prices = symbols.map(() => 1_000 + Math.floor(random() * 20_000));
  return { count: 0, elapsedMs: 0, prices, sequences: symbols.map(() => 0) };
};

/** Prices up to here share their decimals. */
const SHARED_CENTS = 32_768;
const sharedPrices = new Array<Decimal | undefined>(SHARED_CENTS);

const priceOf = (cents: number): Decimal => {
  if (cents >= SHARED_CENTS) return least({ units: cents, scale: 2 });
  return (sharedPrices[cents] ??= least({ units: cents, scale: 2 }));
};

const LARGEST_SIZE = 2_000;
const SIZES: readonly Decimal[] = Array.from({ length: LARGEST_SIZE + 1 }, (_, units) => ({ units, scale: 0 }));

/** 1 to {@link LARGEST_SIZE}. */
const sizeOf = (random: Random): number =>
  random() < 0.7 ? 100 * (1 + Math.floor(random() ** 3 * 20)) : 1 + Math.floor(random() * 99);
