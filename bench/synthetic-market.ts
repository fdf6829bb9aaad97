import { createRandom, type Random } from "#core/random.ts";
import type { TradeDetails } from "#core/frame/trades.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs, type EpochMs } from "#core/units.ts";

export interface MarketSetting {
  readonly symbolCount: number;
  readonly tradesPerSecond: number;
  readonly seed: number;
  /**
   * `least`: trades are numbered as frames number them by themselves. `all`: they bear the feed's own numbers, in the
   * order in which they came, venue and conditions, source and currency. @default "least"
   */
  readonly columns?: "least" | "all";
}

/** Trades that a producer would put into one frame, or one by one. */
export interface TradeBatch {
  /** In the order in which they came. */
  readonly arrived: readonly Trade[];
  /** The same by symbol, symbols and each one's trades in the order in which they came. */
  readonly grouped: readonly Trade[];
  /** The greatest event time before this batch, undefined of the first. */
  readonly frontierMs: EpochMs | undefined;
  readonly arrivalTimeMs: EpochMs;
}

/** 2025-10-09T08:53:20Z, a boundary of every interval up to ten minutes. */
export const MARKET_STARTS_MS = 1_760_000_000_000;
const PRICE_SCALE = 4;
const JITTER_MS = 250;
const LATE_SHARE = 0.005;
const LATE_MS = { least: 1_000, span: 4_000 } as const;
const MEAN_SIZE = 200;
/** As the real day has them: a letter a venue, eight digits for what was special about a sale. */
const VENUES = ["D", "Q", "P", "Z", "K", "N", "B", "Y", "J", "T"] as const;
const CONDITIONS = ["00000000", "00000002", "20000000", "20000002", "06000000"] as const;

/**
 * A simulated market at a steady rate: the nth busiest symbol has 1/n of the trades of the busiest, prices walk by up to
 * two cents with four decimals, trades come up to 250 ms after they happened, and one in 200 comes 1 to 5 seconds later
 * than that. The same setting gives the same trades.
 */
export class SyntheticMarket {
  readonly #setting: MarketSetting;
  readonly #random: Random;
  readonly #symbols: readonly string[];
  readonly #prices: number[];
  /** How often one of the symbols up to this one is traded, of a total that is the last. */
  readonly #shares: readonly number[];
  #count = 0;
  #frontierMs: EpochMs | undefined;

  constructor(setting: MarketSetting) {
    this.#setting = setting;
    this.#random = createRandom(setting.seed);
    this.#symbols = symbolsOf(setting.symbolCount);
    this.#prices = this.#symbols.map(() => Math.round((5 + this.#random() * 995) * 10 ** PRICE_SCALE));
    let total = 0;
    this.#shares = this.#symbols.map((_, rank) => (total += 1 / (rank + 1)));
  }

  /** The next trades. */
  take(count: number): TradeBatch {
    const frontierMs = this.#frontierMs;
    const firstSequence = this.#count;
    const arrived = Array.from({ length: count }, () => this.#next());
    const grouped = [...Map.groupBy(arrived, ({ symbol }) => symbol).values()].flat();
    const numbered = this.#setting.columns === "all" ? arrived : grouped;
    for (let i = 0; i < count; i++) numbered[i]!.sequence = firstSequence + i + 1;
    this.#frontierMs = epochMs(Math.max(...arrived.map(({ eventTimeMs }) => eventTimeMs), frontierMs ?? 0));
    return { arrived, grouped, frontierMs, arrivalTimeMs: this.#nowMs() };
  }

  #nowMs(): EpochMs {
    return epochMs(MARKET_STARTS_MS + Math.floor((this.#count / this.#setting.tradesPerSecond) * 1_000));
  }

  #next(): { -readonly [Field in keyof Trade]: Trade[Field] } {
    const random = this.#random;
    const index = this.#draw();
    const price = Math.max(100, this.#prices[index]! + Math.round((random() - 0.5) * 400));
    this.#prices[index] = price;
    const lateMs = random() < LATE_SHARE ? LATE_MS.least + Math.floor(random() * LATE_MS.span) : 0;
    const eventTimeMs = epochMs(this.#nowMs() - Math.floor(random() * JITTER_MS) - lateMs);
    this.#count++;
    return {
      symbol: this.#symbols[index]!,
      price: { units: price, scale: PRICE_SCALE },
      size: { units: 1 + Math.floor(-Math.log(1 - random()) * MEAN_SIZE), scale: 0 },
      eventTimeMs,
      sequence: 0,
      ...(this.#setting.columns === "all" ? this.#details() : {}),
    };
  }

  #details(): TradeDetails {
    const one = (texts: readonly string[]): string => texts[Math.floor(this.#random() ** 2 * texts.length)]!;
    return { venue: one(VENUES), conditions: one(CONDITIONS), source: "market-data-simulator", currency: "USD" };
  }

  #draw(): number {
    const share = this.#random() * this.#shares.at(-1)!;
    let [low, high] = [0, this.#shares.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#shares[middle]! < share) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const LETTERS = 26;
const NAMES = LETTERS ** 4;
/** Shares no factor with NAMES, so that no name comes twice. */
const STRIDE = 7_919;

/** So many different symbols of four letters, in no alphabetical order. */
export const symbolsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    let rest = ((index + 1) * STRIDE) % NAMES;
    return Array.from({ length: 4 }, () => {
      const letter = rest % LETTERS;
      rest = Math.floor(rest / LETTERS);
      return String.fromCharCode(65 + letter);
    }).join("");
  });
