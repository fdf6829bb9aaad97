import { createReplaySource } from "#adapters/feeds/replay-source.ts";
import { createSimSource } from "#adapters/feeds/sim-source.ts";
import { PipelineError } from "#core/errors.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import type { ChaosSettings } from "./settings.ts";

/** Simulated trades are those of about an hour, always the same, so that one seed is one run. */
const SIM_START_MS = epochMs(Date.UTC(2013, 9, 7, 13, 30));
const SIM_SPAN_SECONDS = 3_600;
const SIM_TRADES = 50_000;
const SIM_SYMBOLS = ["AIG", "BAC", "IBM", "SPY"];

/**
 * The trades that a run sends, in the order of their source: with a speed those that it reaches, else all. Rows that are no trade are left out.
 * @throws PipelineError TAPE_FILE_UNREADABLE when the file cannot be read, holds no trade, or has trades of the future
 */
export const readSourceTrades = async (settings: ChaosSettings, nowMs: EpochMs): Promise<readonly Trade[]> => {
  const { source, file, seed, speed, seconds } = settings;
  const setting = { seed, symbols: SIM_SYMBOLS, tradesPerSecond: SIM_TRADES / SIM_SPAN_SECONDS };
  const rows =
    source === "sim"
      ? createSimSource({ ...setting, tradeCount: SIM_TRADES }).rows(0, SIM_START_MS)
      : createReplaySource(file).rows(0, epochMs(0));
  const trades: Trade[] = [];
  for await (const batch of rows) for (const row of batch) if (row.kind === "trade") trades.push(row.trade);
  const [first] = trades;
  if (first === undefined) throw unreadable(file, "must hold at least one trade, holds none");
  const future = trades.find(({ eventTimeMs }) => eventTimeMs > nowMs);
  if (future !== undefined)
    throw unreadable(file, `must hold trades of the past, has one of ${new Date(future.eventTimeMs).toISOString()}`);
  const endMs = typeof speed === "number" ? first.eventTimeMs + speed * seconds * 1_000 : Number.POSITIVE_INFINITY;
  return trades.filter(({ eventTimeMs }) => eventTimeMs < endMs);
};

const unreadable = (file: string, problem: string): PipelineError =>
  new PipelineError("TAPE_FILE_UNREADABLE", `the file ${file} ${problem}`);
