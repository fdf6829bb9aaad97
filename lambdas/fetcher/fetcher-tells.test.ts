import { describe, expect, test } from "vitest";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { createMemoryLeaseStore } from "#adapters/memory/lease-store.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import { durationMs } from "#core/units.ts";
import { createKeptLog } from "#test/socket-stage.ts";
import { createFetcher, type FetcherReport } from "./fetcher.ts";
import { START, createSkippingClock, depsOf, runOf, sourceOf, tradesOf } from "#test/fetcher-stage.ts";

describe("what the fetcher tells of its runs", () => {
  test("says once a second which frames it sent, where they stand and of what times they are", async () => {
    const clock = createSkippingClock();
    const stream = createMemoryStream({ clock, shardCount: 2 });
    const log = createKeptLog();
    const deps = { ...depsOf(stream, createMemoryLeaseStore(), clock), log };
    const trades = tradesOf(300);
    const { framesSent } = await createFetcher(deps)(runOf(sourceOf(trades), 10));
    const lines = log.lines.map(({ fields }) => fields as SentLine);
    expect(log.lines.every(({ message }) => message === "frames sent")).toBe(true);
    const seconds = (clock.nowMs() - START) / 1_000;
    expect(lines.length).toBeGreaterThan(seconds / 3);
    expect(lines.length).toBeLessThan(seconds + 2);
    const producers = lines.flatMap((line) => line.producers);
    expect(producers.map(({ firstFrame }) => firstFrame)).toEqual([
      0,
      ...producers.slice(0, -1).map(({ lastFrame }) => lastFrame + 1),
    ]);
    expect(producers.at(-1)!.lastFrame).toBe(framesSent - 1);
    for (const shard of stream.openShards()) {
      const spans = lines.flatMap(({ shards }) => shards).filter((span) => span.shard === shard);
      const positions = stream.records(shard).map(({ sequenceNumber: position }) => position);
      expect([spans[0]?.firstSequence, spans.at(-1)?.lastSequence]).toEqual([positions[0], positions.at(-1)]);
      expect(spans.reduce((sum, { records }) => sum + records, 0)).toBe(positions.length);
    }
    expect(lines.reduce((sum, line) => sum + line.trades, 0)).toBe(300);
    const times = trades.map(({ time }) => time);
    expect([lines[0]!.firstEventTimeMs, lines.at(-1)!.lastEventTimeMs]).toEqual([
      Math.min(...times),
      Math.max(...times),
    ]);
  });

  test("counts over all runs each trade that it sent once, whatever became of them", async () => {
    const clock = createSkippingClock();
    const leases = createMemoryLeaseStore();
    const stream = createMemoryStream({ clock });
    const deps = depsOf(stream, leases, clock);
    const meter = createMemoryMeter();
    let puts = 0;
    const failing: FrameStream = {
      put: (entries) => (++puts % 4 === 0 ? Promise.reject(new RangeError("killed")) : stream.put(entries)),
    };
    const fetch = createFetcher({ ...deps, stream: failing, meter });
    let end: FetcherReport | undefined;
    while (end?.status !== "done") {
      end = await fetch(runOf(sourceOf(tradesOf(500)), 10)).catch(() => undefined);
      await clock.sleep(durationMs(16_000));
    }
    const sumOf = (values: readonly number[] = []): number => values.reduce((sum, value) => sum + value, 0);
    expect(meter.told.TradesSent!.length).toBeGreaterThan(2);
    expect([sumOf(meter.told.TradesSent), sumOf(meter.told.FramesSent)]).toEqual([500, end.framesSent]);
  });
});

interface SentLine {
  readonly producers: readonly { readonly firstFrame: number; readonly lastFrame: number }[];
  readonly shards: readonly {
    readonly shard: string;
    readonly firstSequence: string;
    readonly lastSequence: string;
    readonly records: number;
  }[];
  readonly trades: number;
  readonly firstEventTimeMs: number;
  readonly lastEventTimeMs: number;
}
