import { framesOf, laneOf, type CutFrame } from "#core/frame/framer.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import type { Pane } from "#core/pane.ts";
import type { Trade } from "#core/trade.ts";
import { durationMs } from "#core/units.ts";
import { LANES } from "./lane-frames.ts";
import { SyntheticMarket, type MarketSetting } from "./synthetic-market.ts";

/** What is stored by default. */
export const INTERVALS = ["10s", "1m"] as const;
export const INTERVALS_MS = [durationMs(10_000), durationMs(60_000)] as const;

/** A market for so long. */
export interface StretchSetting extends MarketSetting {
  readonly seconds: number;
}

/** What came within a producer's linger. */
export interface MarketStep {
  /** As frames have them. */
  readonly trades: readonly Trade[];
  readonly frames: readonly CutFrame[];
}

export const LINGER_MS = 100;
const STEPS_PER_SECOND = 1_000 / LINGER_MS;
const PRODUCER = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
const FRAMING = { producer: PRODUCER, lanes: LANES, maxTrades: 1_000, maxBytes: 25_000 } as const;

/** The market as the fetcher sends it: what came within 0.1 s, a frame a lane, or several where there are many trades. */
export function* stretchOf(setting: StretchSetting): Generator<MarketStep> {
  const market = new SyntheticMarket(setting);
  const count = setting.tradesPerSecond / STEPS_PER_SECOND;
  let [sequence, firstNumber] = [0, 0];
  for (let step = 0; step < setting.seconds * STEPS_PER_SECOND; step++) {
    const { grouped, frontierMs, arrivalTimeMs } = market.take(count);
    const byLane = Map.groupBy(grouped, ({ symbol }) => laneOf(symbol, LANES));
    const trades = [...byLane.values()].flat().map((trade) => ({ ...trade, sequence: ++sequence }));
    const frames = framesOf(trades, { ...FRAMING, firstNumber, ingestTimeMs: arrivalTimeMs, frontierMs });
    firstNumber += frames.length;
    yield { trades, frames };
  }
}

/** The rows of the bars that panes come to, by symbol, interval and start. */
export const rowsOf = (panes: readonly Pane[]): readonly string[] => {
  const bars = INTERVALS_MS.flatMap((wanted) =>
    barsOf(
      panes.filter(({ intervalMs }) => intervalMs === wanted),
      wanted,
    ),
  );
  return bars
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : a.intervalMs - b.intervalMs))
    .map((bar) => barRow(bar).join(","));
};
