import { decimalText } from "#core/decimal.ts";
import { framesOf, type CutFrame } from "#core/frame/framer.ts";
import { createRandom, type Random } from "#core/random.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { delayed, type DelayedTrade } from "./delays.ts";

/** What is put at once. */
export interface Burst {
  /** Frames of producers that try again until each is taken, some of them taken before. */
  readonly frames: readonly CutFrame[];
  /** JSON records of others, each put once. */
  readonly foreign: readonly CutFrame[];
}

export interface Traffic {
  /** Put one after another, evenly over the run. */
  readonly bursts: readonly Burst[];
  /** For the fetcher: CSV files, one after another, evenly over the run. */
  readonly files: readonly string[];
  /** The same, for faults that still wait for an occasion then, and put in any case. */
  readonly more: { readonly bursts: readonly Burst[]; readonly files: readonly string[] };
  /** All trades, as they are sent. */
  readonly trades: readonly Trade[];
  readonly counts: TrafficCounts;
}

export interface TrafficCounts {
  /** Records of `bursts`. */
  readonly records: number;
  /** Trades behind one that happened later, by the plan. */
  readonly disordered: number;
  /** Trades dated back by hours. */
  readonly datedBack: number;
  /** Frames that come again, by the plan. */
  readonly repeatedFrames: number;
}

/** Parts of the trades. */
const FETCHED = 0.08;
const FOREIGN = 0.01;
const MORE = 0.08;
const FILES = 10;
const MORE_FILES = 4;
const MORE_BURSTS = 60;

/** Lays out the whole run: the same trades, seed and number of bursts give the same records. */
export const createTraffic = (source: readonly Trade[], seed: number, burstCount: number): Traffic => {
  const random = createRandom(seed);
  const ordered = delayed(source, random);
  const routes = Map.groupBy(ordered, () => (random() < FETCHED ? "fetched" : "put"));
  const put = routes.get("put") ?? [];
  const fetched = (routes.get("fetched") ?? []).map(tradeOf);
  const mainCount = Math.floor(put.length * (1 - MORE));
  const framing = new Framing(random);
  const bursts = inTime(put.slice(0, mainCount), burstCount).map((trades) => framing.burst(trades));
  const moreBursts = inParts(put.slice(mainCount).map(tradeOf), MORE_BURSTS)
    .filter(({ length }) => length > 0)
    .map((trades) => framing.burst(trades));
  const files = inParts(fetched, FILES + MORE_FILES)
    .filter(({ length }) => length > 0)
    .map(fileOf);
  return {
    bursts,
    files: files.slice(0, FILES),
    more: { bursts: moreBursts, files: files.slice(FILES) },
    trades: ordered.map(tradeOf),
    counts: {
      records: bursts.reduce((sum, { frames, foreign }) => sum + frames.length + foreign.length, 0),
      disordered: disorderOf(ordered),
      datedBack: ordered.filter(({ isDatedBack }) => isDatedBack).length,
      repeatedFrames: framing.repeated,
    },
  };
};

const tradeOf = ({ trade }: DelayedTrade): Trade => trade;

const disorderOf = (ordered: readonly DelayedTrade[]): number => {
  let newestMs = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const { trade } of ordered) {
    if (trade.eventTimeMs < newestMs) count++;
    newestMs = Math.max(newestMs, trade.eventTimeMs);
  }
  return count;
};

/** Parts of the same length in time. */
const inTime = (ordered: readonly DelayedTrade[], count: number): readonly (readonly Trade[])[] => {
  const parts = Array.from({ length: count }, (): Trade[] => []);
  const [firstMs, lastMs] = [ordered[0]?.sentMs ?? 0, ordered.at(-1)?.sentMs ?? 0];
  const partMs = (lastMs - firstMs + 1) / count;
  for (const { trade, sentMs } of ordered) parts[Math.floor((sentMs - firstMs) / partMs)]!.push(trade);
  return parts;
};

/** Parts of the same number. */
const inParts = (trades: readonly Trade[], count: number): readonly (readonly Trade[])[] =>
  Array.from({ length: count }, (_, part) =>
    trades.slice(Math.floor((part * trades.length) / count), Math.floor(((part + 1) * trades.length) / count)),
  );

/** With the sequences of the trades, so that the fetcher does not number them anew. */
const fileOf = (trades: readonly Trade[]): string =>
  [
    "time,symbol,price,size,sequence",
    ...trades.map(
      ({ eventTimeMs, symbol, price, size, sequence }) =>
        `${eventTimeMs},${/[",]/.test(symbol) ? `"${symbol.replaceAll('"', '""')}"` : symbol},${decimalText(price)},${decimalText(size)},${sequence}`,
    ),
  ].join("\n");

const PRODUCERS = 3;
const PRODUCER_BYTES = 8;
const LANES = 16;
const MAX_TRADES = 100;
const MAX_BYTES = 25_000;
const FOREIGN_LINES = 5;
/** So many of the last frames may come again, as a producer repeats them that was not told of their fate. */
const REMEMBERED = 300;
const REPEATING_BURSTS = 0.3;
const MOST_REPEATED = 3;

/** Cuts trades into records, some of which come again. */
class Framing {
  readonly #random: Random;
  readonly #producers: readonly { readonly id: string; number: number }[];
  #remembered: readonly CutFrame[] = [];
  repeated = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#producers = Array.from({ length: PRODUCERS }, () => ({ id: hexOf(random), number: 0 }));
  }

  /** Each trade comes by one of several producers or, rarely, as a record of its own kind; frames in any order. */
  burst(trades: readonly Trade[]): Burst {
    const random = this.#random;
    const routes = Map.groupBy(trades, () => (random() < FOREIGN ? -1 : Math.floor(random() * PRODUCERS)));
    const foreign = routes.get(-1) ?? [];
    const frames = this.#producers.flatMap((producer, i) => this.#frames(producer, routes.get(i) ?? []));
    const again = this.#again();
    this.#remembered = [...this.#remembered, ...frames].slice(-REMEMBERED);
    return {
      frames: shuffled([...frames, ...again], random),
      foreign: Array.from({ length: Math.ceil(foreign.length / FOREIGN_LINES) }, (_, i) =>
        this.#foreign(foreign.slice(i * FOREIGN_LINES, (i + 1) * FOREIGN_LINES)),
      ),
    };
  }

  #frames(producer: { readonly id: string; number: number }, trades: readonly Trade[]): readonly CutFrame[] {
    const frames = framesOf(trades, {
      producer: producer.id,
      firstNumber: producer.number,
      lanes: 1,
      maxTrades: MAX_TRADES,
      maxBytes: MAX_BYTES,
      ingestTimeMs: epochMs(Math.max(0, ...trades.map(({ eventTimeMs }) => eventTimeMs))),
    });
    producer.number += frames.length;
    return frames.map((frame) => ({ ...frame, partitionKey: this.#lane() }));
  }

  #again(): readonly CutFrame[] {
    const random = this.#random;
    if (this.#remembered.length === 0 || random() >= REPEATING_BURSTS) return [];
    const count = 1 + Math.floor(random() * MOST_REPEATED);
    this.repeated += count;
    return Array.from({ length: count }, () => this.#remembered[Math.floor(random() * this.#remembered.length)]!);
  }

  /** One JSON trade a line. */
  #foreign(trades: readonly Trade[]): CutFrame {
    const lines = trades.map(({ symbol, price, size, eventTimeMs, sequence }) =>
      JSON.stringify({ symbol, price: decimalText(price), size: decimalText(size), eventTimeMs, sequence }),
    );
    const data = new TextEncoder().encode(lines.join("\n"));
    return { number: 0, partitionKey: this.#lane(), data, tradeCount: trades.length };
  }

  #lane(): string {
    return String(Math.floor(this.#random() * LANES));
  }
}

const hexOf = (random: Random): string =>
  Array.from({ length: 2 * PRODUCER_BYTES }, () => Math.floor(random() * 16).toString(16)).join("");

const shuffled = <Value>(values: readonly Value[], random: Random): readonly Value[] => {
  const mixed = [...values];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
};
