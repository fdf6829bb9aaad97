import { describe, expect, test } from "vitest";
import { createMemoryCheckpointStore } from "#adapters/memory/checkpoint-store.ts";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLeaseStore } from "#adapters/memory/lease-store.ts";
import { createMemoryPaneStore } from "#adapters/memory/pane-store.ts";
import { createMemorySymbolRegister } from "#adapters/memory/symbol-register.ts";
import { PipelineError } from "#core/errors.ts";
import type { BarSink } from "#core/ports/bar-sink.ts";
import type { TradeSink } from "#core/ports/trade-sink.ts";
import { countsOf } from "#core/shard-counts.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { pane } from "#test/pane-fixture.ts";
import { FinalBars } from "./final-bars.ts";
import { publicationsOf } from "./publications.ts";
import { tumbling } from "./published-window.ts";
import { openPublisher, type PublisherDeps } from "./publisher.ts";
import { RawTrades } from "./raw-trades.ts";

const minute = durationMs(60_000);
const [SHARD, LONGEST_PAUSE_MS] = ["ticks-0@t", 10_000];

/** A place of bars or trades that takes nothing while it is down, and says nothing before `answers` comes. */
const openSink = () => {
  const sink = { isDown: false, answers: Promise.resolve(), bars: [] as number[], trades: [] as string[] };
  const take = async (keep: () => void): Promise<void> => {
    await sink.answers;
    if (sink.isDown) throw new PipelineError("TAPE_STORE_UNAVAILABLE", "the sink must answer", { retryable: true });
    keep();
  };
  const bar: BarSink = { publish: (bars) => take(() => sink.bars.push(...bars.map(({ startMs }) => startMs))) };
  const trade: TradeSink = { put: (trades) => take(() => sink.trades.push(...trades.map(({ symbol }) => symbol))) };
  return { sink, bar, trade };
};

/** A ticks topic of one partition, whose records are JSON of older pipelines. */
const openTicks = () => {
  const values: string[] = [];
  const fetch = async (_: number, from: bigint) => ({
    records: values.slice(Number(from)).map((value, i) => ({
      offset: from + BigInt(i),
      position: sequenceNumber(String(Number(from) + i)),
      timeMs: epochMs(1_000_000),
      value: Buffer.from(value),
    })),
    next: BigInt(values.length),
    end: BigInt(values.length),
  });
  const [partitionCount, id] = [async () => 1, async () => "t"];
  const [start, end] = [async () => 0n, async () => BigInt(values.length)];
  return { values, topic: { topic: "ticks", partitionCount, id, start, end, fetch } };
};

const openStage = async () => {
  const [up, down] = [openSink(), openSink()];
  const clock = createManualClock(epochMs(1_000_000));
  const [panes, symbols, checkpoints] = [
    createMemoryPaneStore(),
    createMemorySymbolRegister({ clock }),
    createMemoryCheckpointStore(),
  ];
  await symbols.see(["IBM"], epochMs(0));
  const ticks = openTicks();
  const leases = createMemoryLeaseStore();
  const open = (own: Partial<PublisherDeps> = {}) =>
    openPublisher({
      ticks: ticks.topic,
      checkpoints,
      leases,
      publications: publicationsOf(
        Object.entries({ up, down }).map(([name, { bar }]) => ({ name, windows: [tumbling(minute)], sink: bar })),
        (window) => new FinalBars({ panes, symbols, storedIntervalsMs: [minute], window, clock }),
      ),
      tradePlaces: Object.entries({ up, down }).map(([name, { trade }]) => ({
        name,
        sink: trade,
        trades: new RawTrades(ticks.topic, durationMs(10_000)),
      })),
      rules: { maxOutOfOrdernessMs: durationMs(2_000), idleMs: durationMs(10_000) },
      freshId: () => "publisher-1",
      clock,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      counted: { bars: () => undefined, trades: () => undefined },
      ...own,
    });
  /** A trade in the minute from `startMs` on, folded and stored. */
  const trade = async (startMs: number): Promise<void> => {
    const last = ticks.values.push(`{"symbol":"IBM","last_trade_time":"1970-01-01T00:00:01","price":7}`);
    await panes.put([pane({ startMs, last })]);
    const [newestEventTimeMs, lastArrivalMs] = [epochMs(startMs), epochMs(0)];
    const reached = { newestEventTimeMs, lastArrivalMs, frontierMs: newestEventTimeMs };
    const checkpoint = {
      stream: "ticks",
      shard: SHARD,
      last: sequenceNumber(String(last - 1)),
      seen: new Uint8Array(),
    };
    await checkpoints.put({ ...checkpoint, ...reached, counts: countsOf(() => 0) });
  };
  return { up: up.sink, down: down.sink, clock, leases, trade, open };
};

describe("a publisher one of whose places is down", () => {
  test("hands the others each bar and trade once, and the place all of them when it is back", async () => {
    const { up, down, clock, trade, open } = await openStage();
    down.isDown = true;
    const publisher = open();
    await trade(0);
    await clock.advance(60_000);
    await trade(60_000);
    await clock.advance(60_000);
    expect([up.bars, up.trades, down.bars]).toEqual([[0, 60_000], ["IBM", "IBM"], []]);
    expect(publisher.isReady).toBe(false);
    down.isDown = false;
    await clock.advance(2 * LONGEST_PAUSE_MS);
    expect([down.bars, down.trades, up.bars]).toEqual([
      [0, 60_000],
      ["IBM", "IBM"],
      [0, 60_000],
    ]);
    expect(publisher.isReady).toBe(true);
    const ended = publisher[Symbol.asyncDispose]();
    await clock.advance(1_000);
    await ended;
  });

  test("goes on with each place where that stood, when it is started again", async () => {
    const { up, down, clock, trade, open } = await openStage();
    down.isDown = true;
    const first = open();
    await trade(0);
    await clock.advance(10_000);
    await first[Symbol.asyncDispose]();
    down.isDown = false;
    const second = open();
    await clock.advance(10_000);
    expect([up.bars, down.bars, up.trades, down.trades]).toEqual([[0], [0], ["IBM"], ["IBM"]]);
    await second[Symbol.asyncDispose]();
  });
});

describe("a publisher one of whose places never answers", () => {
  test("hands the others what comes next, and the place each once when it answers after all", async () => {
    const { up, down, clock, trade, open } = await openStage();
    const answer = Promise.withResolvers<void>();
    down.answers = answer.promise;
    const publisher = open();
    await trade(0);
    await clock.advance(60_000);
    expect(publisher.isReady).toBe(false);
    for (const startMs of [60_000, 120_000]) {
      await trade(startMs);
      await clock.advance(3_000);
      expect(up.bars.at(-1)).toBe(startMs);
    }
    expect(up.trades).toHaveLength(3);
    answer.resolve();
    await clock.advance(2 * LONGEST_PAUSE_MS);
    expect([up.bars, down.bars]).toEqual([
      [0, 60_000, 120_000],
      [0, 60_000, 120_000],
    ]);
    expect(down.trades).toHaveLength(3);
    expect(publisher.isReady).toBe(true);
    const ended = publisher[Symbol.asyncDispose]();
    await clock.advance(1_000);
    await ended;
  });

  test("ends when it is told to", async () => {
    const { down, clock, trade, open } = await openStage();
    down.answers = new Promise(() => undefined);
    const publisher = open();
    await trade(0);
    await clock.advance(500);
    const ended = publisher[Symbol.asyncDispose]();
    await clock.advance(LONGEST_PAUSE_MS);
    await ended;
  });
});

describe("two publishers", () => {
  test("hand over each bar once, though one slept while the other had the lease and gave it back", async () => {
    const { up, down, clock, trade, open } = await openStage();
    const [awake, { nowMs }] = [Promise.withResolvers<void>(), clock];
    const sleep: typeof clock.sleep = (spanMs) => clock.sleep(spanMs).then(() => awake.promise);
    await trade(0);
    const first = open({ clock: { nowMs, sleep } });
    await clock.advance(500);
    await trade(60_000);
    await clock.advance(40_000);
    const second = open({ freshId: () => "publisher-2" });
    await clock.advance(5_000);
    const ended = second[Symbol.asyncDispose]();
    await clock.advance(1_000);
    await ended;
    await trade(120_000);
    awake.resolve();
    await clock.advance(5_000);
    expect(up.bars).toEqual([0, 60_000, 120_000]);
    expect(down.trades).toHaveLength(3);
    await first[Symbol.asyncDispose]();
  });

  test("are ready, the one that stands by also while a place is down", async () => {
    const { down, clock, trade, open } = await openStage();
    down.isDown = true;
    await trade(0);
    const asleep = Promise.withResolvers<void>();
    const sleep: typeof clock.sleep = (spanMs) => clock.sleep(spanMs).then(() => asleep.promise);
    const first = open({ clock: { nowMs: clock.nowMs, sleep } });
    await clock.advance(1_000);
    expect(first.isReady).toBe(false);
    await clock.advance(40_000);
    const second = open({ freshId: () => "publisher-2" });
    await clock.advance(5_000);
    asleep.resolve();
    await clock.advance(5_000);
    expect([first.isReady, second.isReady]).toEqual([true, false]);
    await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose](), clock.advance(5_000)]);
  });
});

describe("a publisher whose store does not answer", () => {
  test("ends all the same, and its lease by itself", async () => {
    const { clock, leases, open } = await openStage();
    const gone = new PipelineError("TAPE_STORE_UNAVAILABLE", "the store must answer", { retryable: true });
    const publisher = open({ leases: { ...leases, release: () => Promise.reject(gone) } });
    await clock.advance(500);
    await publisher[Symbol.asyncDispose]();
    await expect(publisher.done).resolves.toBeUndefined();
  });
});
