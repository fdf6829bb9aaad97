import { join } from "node:path";
import { expect, test } from "vitest";
import { shardName } from "#adapters/kafka/shard-reader.ts";
import { createMemoryCheckpointStore } from "#adapters/memory/checkpoint-store.ts";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLeaseStore } from "#adapters/memory/lease-store.ts";
import { createMemoryPaneStore } from "#adapters/memory/pane-store.ts";
import { createMemorySymbolRegister } from "#adapters/memory/symbol-register.ts";
import { barRow } from "#core/bar-row.ts";
import type { Bar } from "#core/bar.ts";
import { windowStart } from "#core/interval.ts";
import { countsOf } from "#core/shard-counts.ts";
import { readSlidingWindows } from "#core/sliding-window.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { readOracleTrades } from "#oracle/read-trades.ts";
import { tradeOf } from "#test/oracle-trade.ts";
import { panesOfTrades, type Landed } from "#test/panes-of-trades.ts";
import { FinalBars } from "./final-bars.ts";
import { publicationsOf } from "./publications.ts";
import { openPublisher } from "./publisher.ts";
import { tumbling } from "./published-window.ts";

const EXCERPT = join(import.meta.dirname, "../../data/trades-2013-10-07-0930.csv.gz");
const START_MS = 1_381_152_600_000;
const SPAN_MS = 120_000;
const STORED_MS = [1_000, 5_000, 60_000].map(durationMs);
const BATCH_MS = 2_000;
/** Trades of this second come when it has long been final. */
const LATE_MS = START_MS + 31_000;
const COME_MS = START_MS + 80_000;
const WINDOWS = ["10s/5s", "3s/1s", "1m"];

const isLate = ({ time }: OracleTrade): boolean => windowStart(epochMs(time), durationMs(1_000)) === LATE_MS;
/** Of these, all that is there is folded. */
const nobodyAsks = (): never => {
  throw new RangeError("nobody asks for records");
};
const topic = {
  topic: "ticks",
  id: () => Promise.resolve("t1"),
  partitionCount: () => Promise.resolve(2),
  start: nobodyAsks,
  fetch: nobodyAsks,
};

/** Trades on their way into the store by two partitions, a symbol's on both. */
class Folded {
  readonly panes = createMemoryPaneStore();
  readonly checkpoints = createMemoryCheckpointStore();
  readonly symbols = createMemorySymbolRegister({ clock: { nowMs: () => epochMs(START_MS) } });
  readonly counts = [0, 0];
  readonly #windows = new Map<string, Landed[]>();
  readonly #newestMs = [0, 0];

  /** Folds and stores `trades`, which came at `nowMs`. */
  async take(trades: readonly OracleTrade[], nowMs: number): Promise<void> {
    const touched = new Set<string>();
    for (const trade of trades) {
      const partition = trade.sequence % 2;
      const { eventTimeMs, ...row } = tradeOf(trade);
      const landed = {
        symbol: trade.symbol,
        shard: shardName("ticks", partition, "t1"),
        row: { ...row, time: eventTimeMs },
      };
      for (const intervalMs of STORED_MS) {
        const key = `${intervalMs} ${landed.shard} ${trade.symbol} ${windowStart(eventTimeMs, intervalMs)}`;
        touched.add(key);
        this.#windows.set(key, [...(this.#windows.get(key) ?? []), landed]);
      }
      this.counts[partition]!++;
      this.#newestMs[partition] = Math.max(this.#newestMs[partition]!, eventTimeMs);
    }
    for (const key of touched)
      await this.panes.put(panesOfTrades(this.#windows.get(key)!, durationMs(Number(key.split(" ", 1)[0]))));
    await this.symbols.see([...new Set(trades.map(({ symbol }) => symbol))], epochMs(START_MS));
    for (const partition of [0, 1]) await this.#store(partition, nowMs);
  }

  async #store(partition: number, nowMs: number): Promise<void> {
    const [count, newestMs] = [this.counts[partition]!, epochMs(this.#newestMs[partition]!)];
    if (count === 0) return;
    await this.checkpoints.put({
      stream: "ticks",
      shard: shardName("ticks", partition, "t1"),
      last: sequenceNumber(String(count - 1)),
      lastArrivalMs: epochMs(nowMs),
      seen: new Uint8Array(),
      newestEventTimeMs: newestMs,
      frontierMs: newestMs,
      counts: countsOf(() => 0),
    });
  }
}

test("each final bar and each sliding average of real trades is handed over once, and again when a late trade changed it", async () => {
  const clock = createManualClock(epochMs(START_MS));
  const folded = new Folded();
  const { panes, symbols } = folded;
  const told: string[] = [];
  const sink = { publish: async (bars: readonly Bar[]) => void told.push(...bars.map((bar) => barRow(bar).join(","))) };
  const windows = [...readSlidingWindows(["10s/5s", "3s/1s"], "these"), tumbling(durationMs(60_000))];
  const publisher = openPublisher({
    ticks: { ...topic, end: (partition) => Promise.resolve(BigInt(folded.counts[partition]!)) },
    checkpoints: folded.checkpoints,
    leases: createMemoryLeaseStore(),
    publications: publicationsOf(
      [{ name: "all", sink, windows }],
      (window) => new FinalBars({ panes, symbols, storedIntervalsMs: STORED_MS, window, clock }),
    ),
    tradePlaces: [],
    rules: { maxOutOfOrdernessMs: durationMs(2_000), idleMs: durationMs(10_000) },
    freshId: () => "p1",
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    counted: { bars: () => undefined, trades: () => undefined },
  });

  const all = readOracleTrades(EXCERPT)
    .filter(({ time }) => time < START_MS + SPAN_MS)
    .toSorted((a, b) => a.time - b.time);
  const late = all.filter(isLate);
  for (let toMs = START_MS + BATCH_MS; toMs <= START_MS + SPAN_MS; toMs += BATCH_MS) {
    await clock.advance(toMs - clock.nowMs());
    const inTime = all.filter((trade) => trade.time >= toMs - BATCH_MS && trade.time < toMs && !isLate(trade));
    await folded.take(toMs > COME_MS ? [...inTime, ...late.splice(0)] : inTime, toMs);
  }
  await clock.advance(90_000);
  const ended = publisher[Symbol.asyncDispose]();
  await clock.advance(1_000);
  await ended;

  const expected = oracleRows(all, WINDOWS);
  const withoutLate = oracleRows(
    all.filter((trade) => !isLate(trade)),
    WINDOWS,
  );
  const corrected = withoutLate.filter((row) => !expected.includes(row));
  expect(corrected.length).toBeGreaterThan(8);
  expect(told.toSorted()).toEqual([...expected, ...corrected].toSorted());
});
