import type { Decimal, WideDecimal } from "#core/decimal.ts";
import { foldContents } from "#core/fold.ts";
import { windowStart } from "#core/interval.ts";
import type { BarContent, Pane, Print } from "#core/pane.ts";
import { createRandom, type Random } from "#core/random.ts";
import { epochMs, sequenceNumber, type DurationMs, type EpochMs } from "#core/units.ts";
import { symbolsOf } from "./synthetic-market.ts";

/** As long as a name on AWS is, and a position. */
const SHARD = "shardId-000000000000@mu9r6a";
const FIRST_POSITION = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;
const PRICE_SCALE = 2;
const HISTORY_TRADES = 20;

/** A market of panes, as an aggregator of one shard would publish them: each symbol trades whenever it is told to. */
export class DashboardMarket {
  readonly symbols: readonly string[];
  readonly #storedMs: readonly DurationMs[];
  readonly #random: Random;
  readonly #prices: number[];
  /** By interval and symbol, the pane of the newest window. */
  readonly #newest = new Map<string, Pane>();
  readonly #changed = new Map<string, Pane>();
  #sequence = 0;

  constructor(symbolCount: number, storedMs: readonly DurationMs[]) {
    this.symbols = symbolsOf(symbolCount);
    this.#storedMs = storedMs;
    this.#random = createRandom(1);
    this.#prices = this.symbols.map(() => Math.round((5 + this.#random() * 495) * 10 ** PRICE_SCALE));
  }

  /** One trade of each symbol. */
  trade(nowMs: EpochMs): void {
    for (const [index, symbol] of this.symbols.entries()) {
      const price = this.#step(this.#prices[index]!);
      this.#prices[index] = price;
      const traded = contentOf(price, this.#size(), nowMs, ++this.#sequence);
      for (const intervalMs of this.#storedMs) {
        const [startMs, key] = [windowStart(nowMs, intervalMs), `${intervalMs}|${symbol}`];
        const before = this.#newest.get(key);
        const content = before?.startMs === startMs ? foldContents([before.content, traded]) : traded;
        const pane = this.#pane(symbol, intervalMs, startMs, content);
        this.#newest.set(key, pane);
        this.#changed.set(key, pane);
      }
    }
  }

  /** The panes that changed since the last call, by interval and symbol. */
  takeChanged(): ReadonlyMap<string, Pane> {
    const changed = new Map(this.#changed);
    this.#changed.clear();
    return changed;
  }

  /** The panes of the last `windows` windows of a symbol, up to now. */
  history(symbol: string, intervalMs: DurationMs, windows: number, nowMs: EpochMs): readonly Pane[] {
    const lastMs = windowStart(nowMs, intervalMs);
    const newest = this.#newest.get(`${intervalMs}|${symbol}`);
    let price = this.#prices[this.symbols.indexOf(symbol)] ?? 10_000;
    const panes = newest === undefined ? [] : [newest];
    for (let back = 1; back < windows; back++) {
      const startMs = epochMs(lastMs - back * intervalMs);
      const trades = Array.from({ length: HISTORY_TRADES }, (_, index) => {
        price = this.#step(price);
        return contentOf(price, this.#size(), epochMs(startMs + index), index);
      });
      panes.push(this.#pane(symbol, intervalMs, startMs, foldContents(trades)));
    }
    return panes.toReversed();
  }

  #step(price: number): number {
    return Math.max(100, price + Math.round((this.#random() - 0.5) * 8));
  }

  #size(): number {
    return 1 + Math.floor(this.#random() * 400);
  }

  #pane(symbol: string, intervalMs: DurationMs, startMs: EpochMs, content: BarContent): Pane {
    const lastSequence = sequenceNumber(String(FIRST_POSITION + BigInt(this.#sequence)));
    return { symbol, intervalMs, startMs, shard: SHARD, lastSequence, content, isCorrected: false };
  }
}

/** What one trade adds up to. */
const contentOf = (units: number, size: number, eventTimeMs: EpochMs, sequence: number): BarContent => {
  const price: Decimal = { units, scale: PRICE_SCALE };
  const print: Print = { eventTimeMs, sequence, price, size: { units: size, scale: 0 } };
  const sum = (total: number, scale: number): WideDecimal => ({ units: BigInt(total), scale });
  return foldContents([
    {
      tradeCount: 1,
      open: print,
      high: price,
      low: price,
      close: print,
      volume: sum(size, 0),
      priceSum: sum(units, PRICE_SCALE),
      notional: sum(units * size, PRICE_SCALE),
    },
  ]);
};
