import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLeaseStore } from "#adapters/memory/lease-store.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import { advanceLife } from "#core/advance-life.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import type { LifeRules } from "#core/life.ts";
import type { ShardReader } from "#core/ports/shard-reader.ts";
import type { StreamEntry } from "#core/ports/frame-stream.ts";
import { durationMs, epochMs, type SequenceNumber } from "#core/units.ts";

export const NOW = epochMs(1_700_000_000_000);
export const MINUTE = durationMs(60_000);
export const RETENTION = durationMs(86_400_000);

export const RULES: LifeRules = {
  intervalsMs: [MINUTE],
  maxOutOfOrdernessMs: MINUTE,
  clockSkewMs: durationMs(10_000),
  maxStateBytes: 100_000,
  retentionMs: RETENTION,
};

/** Thrown where a run is cut short. */
export class Cut extends Error {}

/** All stages in memory but the producers; effects of the redrive can be cut short, before or after they happen. */
export const openPipeline = (shardCount = 2) => {
  const clock = createManualClock(NOW);
  const stream = createMemoryStream({ clock, shardCount });
  const expired = new Map<string, SequenceNumber>();
  const reader: ShardReader = {
    ...stream,
    async *read(shard, span) {
      for await (const page of stream.read(shard, span))
        yield page.filter(({ sequenceNumber }) => sequenceNumber > (expired.get(shard) ?? ""));
    },
  };
  const ports = createMemoryLifePorts({ shards: reader, clock });
  let left = Number.POSITIVE_INFINITY;
  const effect = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (left-- === 0) throw new Cut();
    const result = await work();
    if (left-- === 0) throw new Cut();
    return result;
  };
  const leases = createMemoryLeaseStore();
  return {
    ...ports,
    ports,
    stream,
    /** From here on the redrive's effect of this number, before and after counted apart, is the last. */
    cutAfter: (effects: number) => {
      left = effects;
    },
    effect,
    leases: { ...leases, save: (...args: Parameters<typeof leases.save>) => effect(() => leases.save(...args)) },
    rejectedOnce: {
      ...ports.rejected,
      markRedriven: (...args: Parameters<typeof ports.rejected.markRedriven>) =>
        effect(() => ports.rejected.markRedriven(...args)),
    },
    /** Puts entries one by one. */
    put: async (entries: readonly StreamEntry[]): Promise<void> => {
      for (const entry of entries) await effect(() => stream.put([entry]));
    },
    /** Lets what a shard holds by now expire. */
    expire: (shard: string, upTo: SequenceNumber) => expired.set(shard, upTo),
    /** Folds what the stream still has of all shards. */
    fold: async (): Promise<void> => {
      for (const shard of stream.openShards()) {
        const records = stream
          .records(shard)
          .filter(({ sequenceNumber }) => sequenceNumber > (expired.get(shard) ?? ""));
        await advanceLife(ports, RULES, { stream: "ticks", shard, records, state: undefined, isLast: true });
      }
    },
    /** The rows of all bars of these symbols. */
    rows: async (symbols: readonly string[]): Promise<string[]> => {
      const range = { intervalMs: MINUTE, startMs: epochMs(0), endMs: epochMs(NOW * 2) };
      const panes = await Promise.all(symbols.map((symbol) => ports.panes.range({ ...range, symbol })));
      return panes.flatMap((found) => barsOf(found, MINUTE).map((bar) => barRow(bar).join(",")));
    },
  };
};

export type Pipeline = ReturnType<typeof openPipeline>;
