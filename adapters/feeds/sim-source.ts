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
/** Where the last so many batches began is remembered: further back than what is on its way to the stream. */
const REMEMBERED = 256;

/**
 * A simulated market: trades arrive at random with the given mean rate, busier symbols first, prices walk by the cent, and
 * sizes are mostly round lots. The same seed gives the same trades, at times counted from the start. One source read again
 * goes on from the last batch before that it remembers, and from the beginning where it remembers none.
 */
export const createSimSource = (setting: SimSetting): TradeSource => {
  const end = setting.tradeCount ?? Number.POSITIVE_INFINITY;
  const remembered = new Map<number, Simulation>();
  const remember = (simulation: Simulation): void => {
    remembered.delete(simulation.count);
    remembered.set(simulation.count, simulation.copy());
    for (const oldest of remembered.keys()) {
      if (remembered.size <= REMEMBERED) break;
      remembered.delete(oldest);
    }
  };
  const latestBefore = (row: number): Simulation => {
    const counts = [...remembered.keys()].filter((count) => count <= row);
    return remembered.get(Math.max(...counts))?.copy() ?? new Simulation(setting);
  };
  return {
    async *rows(from, startedAtMs) {
      const first = Math.min(from, end) - (Math.min(from, end) % BATCH);
      const simulation = latestBefore(first);
      simulation.skip(first - simulation.count);
      for (let row = first; row < end; row += BATCH) {
        remember(simulation);
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

  /** Goes on by so many trades without making them, in about half the time. */
  skip(count: number): void {
    for (let left = count; left > 0; left--) {
      this.#advance();
      sizeOf(this.#random);
    }
  }

  take(count: number, startedAtMs: EpochMs): readonly SourceRow[] {
    const rows: SourceRow[] = [];
    while (rows.length < count) rows.push({ kind: "trade", trade: this.#next(startedAtMs) });
    return rows;
  }

  #next(startedAtMs: EpochMs): Trade {
    const index = this.#advance();
    const { elapsedMs, prices, sequences } = this.#market;
    return {
      symbol: this.#setting.symbols[index]!,
      price: priceOf(prices[index]!),
      size: SIZES[sizeOf(this.#random)]!,
      eventTimeMs: epochMs(startedAtMs + Math.floor(elapsedMs)),
      sequence: sequences[index]!,
      source: "sim",
    };
  }

  /** Draws all of the next trade but its size, and returns the position of its symbol. */
  #advance(): number {
    const { symbols, tradesPerSecond } = this.#setting;
    const market = this.#market;
    const random = this.#random;
    market.elapsedMs += (-Math.log(1 - random()) * 1_000) / tradesPerSecond;
    const index = Math.floor(random() ** 2 * symbols.length);
    const step = Math.round((random() + random() + random() - 1.5) * 4);
    market.prices[index] = Math.max(1, market.prices[index]! + step);
    market.sequences[index]!++;
    market.count++;
    return index;
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
