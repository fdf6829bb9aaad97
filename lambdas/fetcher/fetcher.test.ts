import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryLeaseStore } from "#adapters/memory/lease-store.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import { createRandom } from "#core/random.ts";
import { epochMs } from "#core/units.ts";
import { oracleRows } from "#oracle/oracle.ts";
import { createFetcher, type FetcherReport } from "./fetcher.ts";
import {
  START,
  createSkippingClock,
  depsOf,
  foldedRows,
  lateTrades,
  minute,
  runOf,
  slowAggregator,
  sourceOf,
  tradesOf,
} from "#test/fetcher-stage.ts";

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

  test("goes on when its clock is put back by an hour while it waits for the aggregators", async () => {
    const clock = createSkippingClock();
    const stream = createMemoryStream({ clock });
    let behindMs = 0;
    const wrong: Clock = {
      nowMs: () => epochMs(clock.nowMs() - behindMs),
      sleep: async (durationMs) => {
        await clock.sleep(durationMs);
        behindMs = 3_600_000;
      },
    };
    const deps = {
      ...depsOf(stream, createMemoryLeaseStore(), wrong, slowAggregator(stream)),
      maxUnfoldedTrades: 60,
    };
    expect((await createFetcher(deps)(runOf(sourceOf(tradesOf(300))))).status).toBe("done");
    expect(clock.nowMs() - START).toBeLessThan(60_000);
  });

  test("is one run at a time", async () => {
    const clock = createSkippingClock();
    const leases = createMemoryLeaseStore();
    const prolong = (nowMs: number) =>
      leases.acquire({ name: "replay", holder: "another", nowMs: START, untilMs: epochMs(nowMs + 15_000) });
    await prolong(START);
    const alive: Clock = {
      ...clock,
      sleep: async (durationMs) => {
        await clock.sleep(durationMs);
        if ((clock.nowMs() - START) % 7_000 === 0) await prolong(clock.nowMs());
      },
    };
    const deps = depsOf(createMemoryStream({ clock }), leases, clock);
    expect((await createFetcher({ ...deps, clock: alive })(runOf(sourceOf(tradesOf(3))))).status).toBe("busy");
    // a few seconds later the other's time is over while this run waits
    expect((await createFetcher(deps)(runOf(sourceOf(tradesOf(3))))).status).toBe("done");
  });

  test("goes on when the run before it has died whose clock was an hour ahead", async () => {
    const clock = createSkippingClock();
    const leases = createMemoryLeaseStore();
    const untilMs = epochMs(START + 3_615_000);
    await leases.acquire({ name: "replay", holder: "dead", nowMs: epochMs(START + 3_600_000), untilMs });
    const fetcher = createFetcher(depsOf(createMemoryStream({ clock }), leases, clock));
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

  test("counts each trade once, whatever dies, gets lost or is refused on the way, and whatever its clock says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 60 }), fc.nat(3), async (seed, count, shards) => {
        const random = createRandom(seed);
        const clock = createSkippingClock();
        const stream = createMemoryStream({ clock, shardCount: shards + 1, refuses: () => random() < 0.2 });
        const trades = tradesOf(count);
        const faulty = faultyParts(stream, createMemoryLeaseStore(), random);
        const deps = depsOf(faulty.stream, faulty.leases, faulty.wrong(clock), slowAggregator(stream));
        const fetcher = createFetcher({ ...deps, maxUnfoldedTrades: 20 });
        let report: FetcherReport | undefined;
        for (let runs = 0; report?.status !== "done"; runs++) {
          if (runs === 30) faulty.calm();
          const deadlineMs = epochMs(deps.clock.nowMs() + 60_000);
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
  let aheadMs = 0;
  const around = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (!isCalm && random() < 0.1) throw new Crash("before");
    const value = await work();
    if (!isCalm && random() < 0.1) throw new Crash("after");
    return value;
  };
  return {
    calm: () => {
      isCalm = true;
      aheadMs = 0;
    },
    /** The same clock, put ahead or back by up to two minutes now and then. */
    wrong: (clock: Clock): Clock => ({
      ...clock,
      nowMs: () => {
        if (!isCalm && random() < 0.05) aheadMs = Math.floor((random() - 0.5) * 240_000);
        return epochMs(clock.nowMs() + aheadMs);
      },
    }),
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
