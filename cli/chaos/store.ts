import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoRejectedStore } from "#adapters/dynamodb/rejected-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { sumOfCounts, type ShardCounts } from "#core/shard-counts.ts";
import type { EpochMs } from "#core/units.ts";
import type { AggregatorConfig } from "#lambdas/aggregator/config.ts";

/** What a local cloud has stored, read around all that misbehaves. */
export interface ChaosStore extends AsyncDisposable {
  counts(): Promise<ShardCounts>;
  /** The rows of all bars of these symbols, of all stored intervals, whose windows start in a span. */
  bars(symbols: readonly string[], span: { readonly startMs: EpochMs; readonly endMs: EpochMs }): Promise<StoredBars>;
  /** How many records have been set aside since then. */
  rejectedRecords(sinceMs: EpochMs): Promise<number>;
}

export interface StoredBars {
  readonly rows: readonly string[];
  /** How many of them were corrected. */
  readonly corrected: number;
}

const DAY_MS = 86_400_000;

/** The process's environment must name the engines. */
export const openChaosStore = (config: AggregatorConfig): ChaosStore => {
  const { intervals, panesTable, checkpointsTable, rejectedTable, rejectedKeepMs, ticksStream } = config;
  const checkpoints = openDynamoCheckpointStore({ table: checkpointsTable, clock });
  const panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const rejected = openDynamoRejectedStore({ table: rejectedTable, keepMs: rejectedKeepMs, clock });
  return {
    counts: async () => sumOfCounts((await checkpoints.list(ticksStream)).map(({ counts }) => counts)),
    bars: async (symbols, span) => {
      const rows: string[] = [];
      let corrected = 0;
      for (const symbol of symbols) {
        for (const { intervalMs } of intervals) {
          const bars = barsOf(await panes.range({ symbol, intervalMs, ...span }), intervalMs);
          rows.push(...bars.map((bar) => barRow(bar).join(",")));
          corrected += bars.filter(({ isCorrected }) => isCorrected).length;
        }
      }
      return { rows, corrected };
    },
    rejectedRecords: async (sinceMs) => {
      let count = 0;
      for (const { shard } of await checkpoints.list(ticksStream))
        for (const day of daysFrom(sinceMs)) count += (await rejected.list(ticksStream, shard, day)).length;
      return count;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([checkpoints, panes, rejected].map((store) => store[Symbol.asyncDispose]()));
    },
  };
};

/** The UTC days from that of an instant to now, and one more at either end: a stream may stamp a little otherwise. */
const daysFrom = (sinceMs: EpochMs): readonly string[] => {
  const count = Math.ceil((clock.nowMs() - sinceMs) / DAY_MS) + 2;
  return Array.from({ length: count }, (_, i) => new Date(sinceMs + (i - 1) * DAY_MS).toISOString().slice(0, 10));
};
