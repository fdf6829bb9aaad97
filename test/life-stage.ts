import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import { advanceLife, type LifeOutcome } from "#core/advance-life.ts";
import { intervalText } from "#core/interval.ts";
import type { LifePorts, LifeRules } from "#core/life.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import { durationMs, epochMs, type DurationMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";

export const NOW = epochMs(1_700_000_000_000);
export const DAY = durationMs(86_400_000);
export const [tenSeconds, minute] = [durationMs(10_000), durationMs(60_000)];

export const rules = (...intervalsMs: DurationMs[]): LifeRules => ({
  intervalsMs,
  maxOutOfOrdernessMs: minute,
  clockSkewMs: minute,
  maxStateBytes: 100_000,
  retentionMs: DAY,
});

interface Step {
  readonly records: readonly ShardRecord[];
  readonly state?: Uint8Array | undefined;
  readonly isLast?: boolean;
  readonly of?: string;
  readonly by?: LifeRules;
}

/** Lives over a stream of one shard, all in memory. */
export const createLifeStage = () => {
  const clock = createManualClock(NOW);
  const stream = createMemoryStream({ clock });
  const [shard] = stream.openShards() as [string];
  const { gaps, statuses, ...memory } = createMemoryLifePorts({ shards: stream, clock });
  const ports: LifePorts = { gaps, statuses, ...memory };
  return {
    clock,
    stream,
    shard,
    gaps,
    statuses,
    ports,

    /** A record of one trade. */
    put: (into = shard): ShardRecord =>
      stream.append(into, utf8Bytes(`{"symbol":"A","price":"1","size":"1","eventTimeMs":${NOW}}`)),

    advance: ({ records, state, isLast = false, of = shard, by = rules(minute) }: Step): Promise<LifeOutcome> =>
      advanceLife(ports, by, { stream: "ticks", shard: of, records, state, isLast }),

    /** The trades of each stored interval. */
    stored: async (): Promise<Record<string, number>> => {
      const counts: Record<string, number> = {};
      for (const intervalMs of [tenSeconds, minute]) {
        const range = { symbol: "A", intervalMs, startMs: epochMs(0), endMs: epochMs(NOW * 2) };
        const panes = await ports.panes.range(range);
        if (panes.length > 0)
          counts[intervalText(intervalMs)] = panes.reduce((sum, { content }) => sum + content.tradeCount, 0);
      }
      return counts;
    },
  };
};
