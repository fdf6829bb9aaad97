import { contentOfRows } from "#core/fold-rows.ts";
import { foldContents } from "#core/fold.ts";
import { windowStart } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import { epochMs, sequenceNumber, type DurationMs } from "#core/units.ts";
import { columnsOf, type Row } from "./arbitraries/rows.ts";

/** A trade, and the shard that carried it. */
export interface Landed {
  readonly symbol: string;
  readonly shard: string;
  readonly row: Row;
}

/**
 * What aggregators store of the trades: a pane for each shard, symbol and window of `intervalMs`, its position the number of
 * its trades.
 */
export const panesOfTrades = (landed: readonly Landed[], intervalMs: DurationMs): readonly Pane[] => {
  const startOf = ({ row }: Landed) => windowStart(epochMs(row.time), intervalMs);
  const windows = Map.groupBy(landed, (trade) => `${trade.symbol} ${trade.shard} ${startOf(trade)}`);
  return [...windows.values()].map((own): Pane => {
    const [first] = own as [Landed];
    const columns = columnsOf(own.map(({ row }) => row));
    return {
      symbol: first.symbol,
      shard: first.shard,
      intervalMs,
      startMs: startOf(first),
      lastSequence: sequenceNumber(String(own.length)),
      content: foldContents(columns.runs.map((run) => contentOfRows(columns, run, run.from, run.to))),
      isCorrected: false,
    };
  });
};
