import { encodeFrame } from "#core/frame/encode.ts";
import type { CutFrame } from "#core/frame/framer.ts";
import { epochMs } from "#core/units.ts";
import type { Choices } from "#test/model/choices.ts";
import type { OracleTrade } from "#oracle/oracle.ts";
import { tradeOf } from "#test/oracle-trade.ts";
import type { TrafficRules } from "./clauses.ts";

/** What is sent at once. */
export interface Burst {
  /** Frames of producers that try again until each is taken. */
  readonly frames: readonly CutFrame[];
  /** Records of others, each put once. */
  readonly foreign: readonly CutFrame[];
}

export const SYMBOLS = ["IBM", "SPY", "~"] as const;

const PRICES = ["181", "181.5", "181.25", "182.0101", "0.00000001", "90071992.54740991"] as const;
const SIZES = ["100", "1", "0.5", "200", "0.00000001"] as const;
const LANES = 8;
const PRODUCERS = 3;
/** Trades of an orderly stream are so far apart, and come round again after this time. */
const STEP_MS = 250;
const SPAN_MS = 120_000;
const LATE_PLACES = 5;
/** So many of the last frames may come again. */
const REMEMBERED = 40;

/** Seeded trades, and the records that carry them. */
export class Traffic {
  /** All trades that have been sent. */
  readonly trades: OracleTrade[] = [];
  readonly #random: Choices;
  readonly #rules: TrafficRules;
  readonly #endMs: number;
  readonly #producers: readonly string[];
  readonly #numbers = new Map<string, number>();
  #frames: readonly CutFrame[] = [];

  /** Trades are older than `endMs`. */
  constructor(random: Choices, rules: TrafficRules, endMs: number) {
    this.#random = random;
    this.#rules = rules;
    this.#endMs = endMs;
    this.#producers = Array.from(
      { length: PRODUCERS },
      (_, i) =>
        `${random
          .below(2 ** 31)
          .toString(16)
          .padStart(8, "0")}0${i}`,
    );
  }

  /** Some records, and perhaps some that have been sent before. */
  burst(): Burst {
    const random = this.#random;
    const frames = Array.from({ length: 1 + random.below(6) }, () => this.#frame());
    const foreign = random.isBelow(0.4) ? [this.#foreign()] : [];
    const remembered = this.#frames.slice(-REMEMBERED);
    const again = this.#rules.isRepeated ? remembered.filter(() => random.isBelow(0.08)).toReversed() : [];
    this.#frames = [...this.#frames, ...frames];
    return { frames: random.isBelow(0.5) ? [...frames, ...again] : [...again, ...frames], foreign };
  }

  /** Every frame once more. */
  again(): Burst {
    return { frames: this.#frames, foreign: [] };
  }

  /** The lines of a CSV file of `count` further trades, numbered by their rows from 1 as the fetcher does. */
  file(count: number): string {
    const trades = Array.from({ length: count }, (_, row) => ({ ...this.#make(row + 1), sequence: row + 1 }));
    this.trades.push(...trades);
    return [
      "time,symbol,price,size",
      ...trades.map((trade) => `${trade.time},${trade.symbol},${trade.price},${trade.size}`),
    ].join("\n");
  }

  #frame(): CutFrame {
    const random = this.#random;
    const producer = random.pick(this.#producers);
    const number = this.#numbers.get(producer) ?? 0;
    this.#numbers.set(producer, number + 1);
    const trades = Array.from({ length: 1 + random.below(5) }, () => this.#trade());
    return {
      number,
      partitionKey: String(random.below(LANES)),
      data: encodeFrame({ producer, number, ingestTimeMs: epochMs(this.#endMs), trades: trades.map(tradeOf) }),
      tradeCount: trades.length,
    };
  }

  /** One JSON trade a line, as other producers write them. */
  #foreign(): CutFrame {
    const random = this.#random;
    const trades = Array.from({ length: 1 + random.below(3) }, () => this.#trade());
    const lines = trades.map(({ time, ...trade }) => JSON.stringify({ ...trade, eventTimeMs: time }));
    const data = new TextEncoder().encode(lines.join("\n"));
    return { number: 0, partitionKey: String(random.below(LANES)), data, tradeCount: trades.length };
  }

  /** Now and then a trade equals an earlier one. */
  #trade(): OracleTrade {
    const random = this.#random;
    const sequence = this.trades.length;
    const trade =
      this.trades.length > 0 && random.isBelow(0.1)
        ? { ...random.pick(this.trades), ...(random.isBelow(0.5) ? { sequence } : {}) }
        : this.#make(sequence);
    this.trades.push(trade);
    return trade;
  }

  #make(sequence: number): OracleTrade {
    const random = this.#random;
    return {
      symbol: random.pick(SYMBOLS),
      price: random.pick(PRICES),
      size: random.pick(SIZES),
      time: this.#endMs - SPAN_MS + ((sequence * STEP_MS) % SPAN_MS) - this.#lateness(),
      sequence,
    };
  }

  /** Most trades step back a little if at all; the others fall into few windows, so that they meet there. */
  #lateness(): number {
    const random = this.#random;
    const { latenessMs } = this.#rules;
    if (random.isBelow(0.7)) return random.below(Math.min(latenessMs, 2_000) + 1);
    return (
      random.below(LATE_PLACES) * Math.floor(latenessMs / LATE_PLACES) + random.below(Math.min(latenessMs, 1_000) + 1)
    );
  }
}
