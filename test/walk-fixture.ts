import { Accumulator } from "#core/fold.ts";
import { windowStart } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import { durationMs, epochMs, sequenceNumber, type DurationMs } from "#core/units.ts";

/** Trades come this far apart. */
const STEP_MS = 5_000;
const [TEN_SECONDS, MINUTE] = [durationMs(10_000), durationMs(60_000)];

/** A price in cents that wanders, the same whenever it is asked for. */
const centsAt = (timeMs: number): number => {
  const step = Math.floor(timeMs / STEP_MS);
  const noise = (Math.imul(step, 2_654_435_761) >>> 16) & 15;
  return Math.round(16_800 + 90 * Math.sin(step / 900) + 35 * Math.sin(step / 170) + 12 * Math.sin(step / 14)) + noise;
};

/** The pane of the trades of `symbol` before `untilMs` in a window. */
const paneAt = (symbol: string, intervalMs: DurationMs, startMs: number, untilMs: number): Pane => {
  const fold = new Accumulator();
  for (let timeMs = startMs; timeMs < Math.min(untilMs, startMs + intervalMs); timeMs += STEP_MS) {
    const [units, shares] = [centsAt(timeMs), 100 * (1 + (centsAt(timeMs * 7) % 9))];
    const [price, size] = [
      { units, scale: 2 },
      { units: shares, scale: 0 },
    ];
    const sequence = timeMs / STEP_MS;
    const print = { eventTimeMs: epochMs(timeMs), sequence, price, size };
    fold.add({
      tradeCount: 1,
      open: print,
      high: price,
      low: price,
      close: print,
      volume: { units: BigInt(shares), scale: 0 },
      priceSum: { units: BigInt(units), scale: 2 },
      notional: { units: BigInt(units) * BigInt(shares), scale: 2 },
    });
  }
  const key = { symbol, intervalMs, startMs: epochMs(startMs), shard: "shardId-000000000000" };
  return { ...key, lastSequence: sequenceNumber("1"), content: fold.content(), isCorrected: false };
};

/** The stored panes of the last `bars` windows of `symbol` up to now, of a price that wanders and never rests. */
export const walkPanes = (symbol: string, intervalMs: DurationMs, bars: number): readonly Pane[] => {
  const storedMs = intervalMs % MINUTE === 0 ? MINUTE : TEN_SECONDS;
  const untilMs = windowStart(epochMs(Date.now()), TEN_SECONDS) + TEN_SECONDS;
  const lastMs = windowStart(epochMs(untilMs - 1), storedMs);
  const fromMs = windowStart(epochMs(lastMs), intervalMs) - (bars - 1) * intervalMs;
  const count = (lastMs - fromMs) / storedMs + 1;
  return Array.from({ length: count }, (_, index) => paneAt(symbol, storedMs, fromMs + index * storedMs, untilMs));
};
