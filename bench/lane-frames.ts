import { laneOf } from "#core/frame/framer.ts";
import type { Trade } from "#core/trade.ts";
import type { EpochMs } from "#core/units.ts";
import type { SyntheticMarket, TradeBatch } from "./synthetic-market.ts";

type FrameBatch = Omit<TradeBatch, "arrived">;

interface Lane {
  /** In the order in which they came. */
  trades: Trade[];
  /** How far the market was before the first of them. */
  frontierMs: EpochMs | undefined;
}

/** As many as the app has by default. */
export const LANES = 64;

export interface LaneSetting {
  readonly lanes: number;
  readonly tradesPerFrame: number;
  /** Whether trades bear the feed's own numbers; else they are numbered frame by frame. */
  readonly columns?: "least" | "all";
}

/** Gathers a market's trades by lane, until there are enough of one for a frame. */
export class LaneFrames {
  readonly #setting: LaneSetting;
  readonly #lanes: readonly Lane[];
  readonly #laneOf = new Map<string, number>();
  readonly #full: { readonly lane: string; readonly batch: FrameBatch }[] = [];

  #count = 0;

  constructor(setting: LaneSetting) {
    this.#setting = setting;
    this.#lanes = Array.from({ length: setting.lanes }, () => ({ trades: [], frontierMs: undefined }));
  }

  add({ arrived, frontierMs, arrivalTimeMs }: TradeBatch): void {
    for (const trade of arrived) {
      const number = this.#numberOf(trade.symbol);
      const lane = this.#lanes[number]!;
      if (lane.trades.push(trade) === 1) lane.frontierMs = frontierMs;
      if (lane.trades.length < this.#setting.tradesPerFrame) continue;
      const grouped = this.#numbered([...Map.groupBy(lane.trades, ({ symbol }) => symbol).values()].flat());
      this.#full.push({ lane: String(number), batch: { grouped, frontierMs: lane.frontierMs, arrivalTimeMs } });
      lane.trades = [];
    }
  }

  /** The next frame of a market. */
  take(market: SyntheticMarket): FrameBatch {
    let full = this.next();
    for (; full === undefined; full = this.next()) this.add(market.take(this.#setting.tradesPerFrame));
    return full.batch;
  }

  /** The next full frame, undefined when more trades are needed. */
  next(): { readonly lane: string; readonly batch: FrameBatch } | undefined {
    return this.#full.shift();
  }

  #numbered(trades: readonly Trade[]): readonly Trade[] {
    if (this.#setting.columns === "all") return trades;
    return trades.map((trade) => ({ ...trade, sequence: ++this.#count }));
  }

  #numberOf(symbol: string): number {
    const known = this.#laneOf.get(symbol) ?? laneOf(symbol, this.#setting.lanes);
    this.#laneOf.set(symbol, known);
    return known;
  }
}
