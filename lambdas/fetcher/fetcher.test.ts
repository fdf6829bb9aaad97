import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { createMemoryLeaseStore } from "#adapters/memory/lease-store.ts";
import { createMemoryStream, type MemoryStream } from "#adapters/memory/stream.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { PipelineError } from "#core/errors.ts";
import { advanceLife } from "#core/advance-life.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { LifePorts } from "#core/life.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { ShardStatus, ShardStatusStore } from "#core/ports/shard-status.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import type { SourceRow, TradeSource } from "#core/ports/trade-source.ts";
import { readRecord } from "#core/record.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { createRandom } from "#core/random.ts";
import { countsOf, sumOfCounts } from "#core/shard-counts.ts";
import { durationMs, epochMs, sequenceNumber, type SequenceNumber } from "#core/units.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { createKeptLog } from "#test/socket-stage.ts";
import { createFetcher, type FetcherDeps, type FetcherReport, type FetcherRun } from "./fetcher.ts";

const START = epochMs(Date.UTC(2026, 0, 5));
const minute = durationMs(60_000);

/** A clock on which a sleep is over at once, and moves the time. */
const createSkippingClock = (): Clock => {
  let nowMs: number = START;
  return {
    nowMs: () => epochMs(nowMs),
    sleep: async (durationMs) => {
      nowMs += durationMs;
    },
  };
};

const statusOf = (shard: string, last: SequenceNumber): ShardStatus => ({
  stream: "ticks",
  shard,
  last,
  arrivalTimeMs: START,
  newestEventTimeMs: undefined,
  frontierMs: undefined,
  counts: countsOf(() => 0),
  step: undefined,
});

/** Aggregators that have always folded everything. */
const FOLDED: Pick<ShardStatusStore, "list"> = {
  list: async () => [statusOf("shardId-000000000000", sequenceNumber("999999999"))],
};

/** Aggregators that fold two more records of each shard whenever they are asked how far they are. */
const slowAggregator = (stream: MemoryStream) => {
  const folded = new Map<string, number>();
  let most = 0;
  return {
    mostUnfolded: () => most,
    list: async () => {
      const shards = stream.openShards();
      const left = shards.flatMap((shard) => stream.records(shard).slice(folded.get(shard) ?? 0));
      most = Math.max(
        most,
        left.reduce((sum, { data }) => sum + tradesIn(data), 0),
      );
      return shards.flatMap((shard) => {
        const records = stream.records(shard);
        const count = Math.min(records.length, (folded.get(shard) ?? 0) + 2);
        folded.set(shard, count);
        const last = records[count - 1];
        return last === undefined ? [] : [statusOf(shard, last.sequenceNumber)];
      });
    },
  };
};

const tradesIn = (data: Uint8Array): number => {
  const columns = new TradeColumns();
  readRecord(data, columns, { latestEventTimeMs: epochMs(START * 2) });
  return columns.count;
};

const tradesOf = (count: number): OracleTrade[] =>
  Array.from({ length: count }, (_, row) => ({
    symbol: ["IBM", "SPY", "AIG"][row % 3]!,
    price: `${100 + (row % 7)}`,
    size: `${1 + (row % 5)}`,
    time: START - 3_600_000 + row * 1_000,
    sequence: row,
  }));

const sourceOf = (rows: readonly (OracleTrade | "rejected")[]): TradeSource => ({
  async *rows(from) {
    const read = rows.map((row, index): SourceRow => {
      if (row === "rejected") return { kind: "rejected", line: index + 2, reason: "not-a-decimal" };
      const { symbol, price, size, time, sequence } = row;
      const whole = (text: string) => ({ units: Number(text), scale: 0 });
      return {
        kind: "trade",
        trade: { symbol, price: whole(price), size: whole(size), eventTimeMs: epochMs(time), sequence },
      };
    });
    for (let at = from; at < read.length; at += 4) yield read.slice(at, at + 4);
  },
});

const depsOf = (
  stream: FrameStream,
  leases: LeaseStore,
  clock = createSkippingClock(),
  statuses = FOLDED,
): FetcherDeps => {
  let ids = 0;
  return {
    stream,
    leases,
    clock,
    random: createRandom(1),
    freshId: () => (++ids).toString(16).padStart(16, "0"),
    framing: { lanes: 4, maxTrades: 5, maxBytes: 25_000 },
    lingerMs: durationMs(100),
    statuses,
    ticksStream: "ticks",
    maxUnfoldedTrades: 1_000_000,
    log: createKeptLog(),
    meter: createMemoryMeter(),
  };
};

const runOf = (source: TradeSource, speed: number | "max" = "max"): FetcherRun => ({
  name: "replay",
  source,
  speed,
  deadlineMs: epochMs(START + 3_600_000),
});

/** The stores after all of the stream's records are folded. */
const fold = async (stream: MemoryStream): Promise<LifePorts> => {
  const ports = createMemoryLifePorts({ shards: stream, clock: { nowMs: () => epochMs(START) } });
  const rules = {
    intervalsMs: [minute],
    maxOutOfOrdernessMs: minute,
    clockSkewMs: minute,
    maxStateBytes: 1e6,
    retentionMs: minute,
  };
  for (const shard of stream.openShards()) {
    const step = {
      stream: "ticks",
      shard,
      records: stream.records(shard),
      state: undefined,
      isLast: true,
    };
    await advanceLife(ports, rules, step);
  }
  return ports;
};

/** The bars that the stream's records fold to, as export rows. */
const foldedRows = async (stream: MemoryStream): Promise<string[]> => {
  const ports = await fold(stream);
  const range = { intervalMs: minute, startMs: epochMs(0), endMs: epochMs(START * 2) };
  const rows = await Promise.all(
    ["AIG", "IBM", "SPY"].map(async (symbol) => barsOf(await ports.panes.range({ ...range, symbol }), minute)),
  );
  return rows.flat().map((bar) => barRow(bar).join(","));
};

const lateTrades = async (stream: MemoryStream): Promise<number> => {
  const { checkpoints } = await fold(stream);
  return sumOfCounts((await checkpoints.list("ticks")).map(({ counts }) => counts)).lateTrades;
};

describe("the fetcher", () => {
  test("sends all that is due and says so", async () => {
    const clock = createSkippingClock();
    const stream = createMemoryStream({ clock });
    const trades = tradesOf(50);
    const report = await createFetcher(depsOf(stream, createMemoryLeaseStore(), clock))(
      runOf(sourceOf([...trades, "rejected"])),
    );
    expect(report).toMatchObject({
      status: "done",
      tradesSent: 50,
      rejectedRows: 1,
      rejectedSamples: ["line 52: not-a-decimal"],
    });
    expect(await foldedRows(stream)).toEqual(oracleRows(trades, ["1m"]));
  });

  test("sends a trade when its time has come, times the speed", async () => {
    const clock = createSkippingClock();
    const stream = createMemoryStream({ clock });
    const fetcher = createFetcher(depsOf(stream, createMemoryLeaseStore(), clock));
    const run = { ...runOf(sourceOf(tradesOf(100)), 10), deadlineMs: epochMs(START + 5_000) };
    expect(await fetcher(run)).toMatchObject({ status: "unfinished", tradesSent: expect.closeTo(51, -1) as number });
    expect(await fetcher({ ...run, deadlineMs: epochMs(START + 60_000) })).toMatchObject({
      status: "done",
      tradesSent: 100,
    });
  });

  test("makes no trade late by sending its symbol after another", async () => {
    const stream = createMemoryStream({ clock: createSkippingClock() });
    await createFetcher(depsOf(stream, createMemoryLeaseStore()))(runOf(sourceOf(tradesOf(1_000))));
    expect(await lateTrades(stream)).toBe(0);
  });

  test("lets a trade be late that its source tells late", async () => {
    const clock = createSkippingClock();
    const stream = createMemoryStream({ clock });
    const trades = tradesOf(200);
    const late = { ...trades[0]!, time: trades[0]!.time + 1, sequence: 999 };
    await createFetcher(depsOf(stream, createMemoryLeaseStore(), clock))(runOf(sourceOf([...trades, late]), 10));
    expect(await lateTrades(stream)).toBe(1);
  });

  test("does not linger after a full chunk, when more is due already", async () => {
    const clock = createSkippingClock();
    const lease = createMemoryLeaseStore();
    const stream = createMemoryStream({ clock });
    const source = { ...sourceOf(tradesOf(128_001)), isTimedByClock: true };
    const run = { ...runOf(source, 1), deadlineMs: epochMs(START + 290_000_000) };
    const late = { ...clock, nowMs: () => epochMs(clock.nowMs() + 280_000_000) };
    const framing = { lanes: 4, maxTrades: 1_000, maxBytes: 25_000 };
    await createFetcher({ ...depsOf(stream, lease, late), framing })(run);
    // two full chunks go at once, and only the last, of one trade, waits for others
    expect(clock.nowMs() - START).toBe(100);
  });

  test("keeps a source waiting that is faster than the aggregators, run after run, and loses nothing", async () => {
    const clock = createSkippingClock();
    const stream = createMemoryStream({ clock, shardCount: 2 });
    const leases = createMemoryLeaseStore();
    const aggregator = slowAggregator(stream);
    const trades = tradesOf(1_000);
    const deps = { ...depsOf(stream, leases, clock, aggregator), maxUnfoldedTrades: 60 };
    for (let run = 1; ; run++) {
      const deadlineMs = epochMs(clock.nowMs() + 5_000);
      if ((await createFetcher(deps)({ ...runOf(sourceOf(trades)), deadlineMs })).status === "done") {
        expect(run).toBeGreaterThan(2);
        break;
      }
    }
    expect(aggregator.mostUnfolded()).toBeGreaterThan(60);
    expect(aggregator.mostUnfolded()).toBeLessThanOrEqual(2 * 60);
    expect(await foldedRows(stream)).toEqual(oracleRows(trades, ["1m"]));
  });

  test("is one run at a time", async () => {
    const clock = createSkippingClock();
    const leases = createMemoryLeaseStore();
    await leases.acquire({ name: "replay", holder: "another", nowMs: START, untilMs: epochMs(START + 30_000) });
    const fetcher = createFetcher(depsOf(createMemoryStream({ clock }), leases, clock));
    expect((await fetcher(runOf(sourceOf(tradesOf(3))))).status).toBe("busy");
    // a few seconds later the other's time is over while this run waits
    expect((await fetcher(runOf(sourceOf(tradesOf(3))))).status).toBe("done");
  });

  test("goes on when the run before it has died", async () => {
    const clock = createSkippingClock();
    const leases = createMemoryLeaseStore();
    await leases.acquire({ name: "replay", holder: "dead", nowMs: START, untilMs: epochMs(START + 10_000) });
    const fetcher = createFetcher(depsOf(createMemoryStream({ clock }), leases, clock));
    expect((await fetcher(runOf(sourceOf(tradesOf(3))))).status).toBe("done");
  });

  test("sends a chunk again among as many shards as it was announced for, though the stream has more by then", async () => {
    const clock = createSkippingClock();
    const [memory, leases] = [createMemoryStream({ clock }), createMemoryLeaseStore()];
    const among: (number | undefined)[] = [];
    let [shards, isKilled] = [4, false];
    const stream: FrameStream = {
      shardCount: async () => shards,
      put: (entries, shardCount) => {
        among.push(shardCount);
        if (isKilled || among.length === 1) return memory.put(entries);
        isKilled = true;
        return Promise.reject(new RangeError("killed"));
      },
    };
    const deps = { ...depsOf(stream, leases, clock), maxUnfoldedTrades: 10 };
    const run = runOf(sourceOf(tradesOf(30)));
    await expect(createFetcher(deps)(run)).rejects.toThrow("killed");
    shards = 8;
    expect(await createFetcher(deps)(run)).toMatchObject({ status: "done", tradesSent: 30 });
    expect(among).toEqual([4, 4, 4, 8]);
  });

  test("holds its lease while it waits for trades that are far apart", async () => {
    const clock = createSkippingClock();
    const leases = createMemoryLeaseStore();
    const rivals: unknown[] = [];
    const rival = async (): Promise<void> => {
      const nowMs = clock.nowMs();
      rivals.push(await leases.acquire({ name: "replay", holder: "rival", nowMs, untilMs: epochMs(nowMs + 1) }));
    };
    const watched: Clock = {
      nowMs: () => clock.nowMs(),
      sleep: async (spanMs) =>
        rival()
          .then(() => clock.sleep(spanMs))
          .then(rival),
    };
    const fetcher = createFetcher(depsOf(createMemoryStream({ clock }), leases, watched));
    const sparse = tradesOf(4).map((trade, row) => ({ ...trade, time: trade.time + row * 40_000 }));
    expect(await fetcher(runOf(sourceOf(sparse), 1))).toMatchObject({ status: "done", tradesSent: 4 });
    expect(rivals.length).toBeGreaterThan(20);
    expect(rivals.filter((lease) => lease !== undefined)).toEqual([]);
  });

  test("counts each trade once, whatever dies, gets lost or is refused on the way", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 60 }), fc.nat(3), async (seed, count, shards) => {
        const random = createRandom(seed);
        const clock = createSkippingClock();
        const stream = createMemoryStream({ clock, shardCount: shards + 1, refuses: () => random() < 0.2 });
        const trades = tradesOf(count);
        const faulty = faultyParts(stream, createMemoryLeaseStore(), random);
        const fetcher = createFetcher(depsOf(faulty.stream, faulty.leases, clock));
        let report: FetcherReport | undefined;
        for (let runs = 0; report?.status !== "done"; runs++) {
          if (runs === 30) faulty.calm();
          const deadlineMs = epochMs(clock.nowMs() + 60_000);
          report = await fetcher({ ...runOf(sourceOf(trades)), deadlineMs }).catch(onlyCrashes);
          await clock.sleep(minute);
        }
        expect(report.tradesSent).toBe(count);
        expect(await foldedRows(stream)).toEqual(oracleRows(trades, ["1m"]));
      }),
      { numRuns: 60 },
    );
  });
});

class Crash extends Error {}

const onlyCrashes = (error: unknown): undefined => {
  if (!(error instanceof Crash)) throw error;
};

/** Parts whose calls may kill the run before or after they take effect, and a stream that may not answer. */
const faultyParts = (stream: FrameStream, leases: LeaseStore, random: () => number) => {
  let isCalm = false;
  const around = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (!isCalm && random() < 0.1) throw new Crash("before");
    const value = await work();
    if (!isCalm && random() < 0.1) throw new Crash("after");
    return value;
  };
  return {
    calm: () => {
      isCalm = true;
    },
    stream: {
      put: (entries) =>
        around(async () => {
          const taken = await stream.put(entries);
          if (!isCalm && random() < 0.2)
            throw new PipelineError("TAPE_STREAM_UNAVAILABLE", "no answer", { retryable: true });
          return taken;
        }),
    } satisfies FrameStream,
    leases: {
      acquire: (request) => leases.acquire(request),
      save: (lease, state) => around(() => leases.save(lease, state)),
      release: (lease, nowMs) => around(() => leases.release(lease, nowMs)),
      get: (name) => leases.get(name),
    } satisfies LeaseStore,
  };
};

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
