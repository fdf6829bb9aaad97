import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationMs } from "../units.ts";
import { DEFAULT_LOAD, type PlanLoad } from "./load.ts";
import { planOf, type Plan } from "./plan.ts";
import type { ShardLimit } from "./shards.ts";

const minutes = [{ intervalMs: durationMs(60_000), keepMs: durationMs(86_400_000) }];

const loads: fc.Arbitrary<PlanLoad> = fc
  .record({
    tradesPerSecond: fc.integer({ min: 1, max: 5_000_000 }),
    symbolCount: fc.integer({ min: 1, max: 50_000 }),
    hasDetails: fc.boolean(),
    hoursPerMonth: fc.double({ min: 0.1, max: 730, noNaN: true }),
    viewerCount: fc.nat(20_000),
    symbolsPerViewer: fc.integer({ min: 1, max: 500 }),
    intervals: fc
      .uniqueArray(fc.constantFrom(1, 10, 60, 300), { minLength: 1 })
      .map((sizes) => sizes.map((s) => ({ intervalMs: durationMs(s * 1_000), keepMs: durationMs(30 * 86_400_000) }))),
    arrivalWindowSeconds: fc.constantFrom(0, 1, 5, 15, 60, 900),
    batchingWindowSeconds: fc.constantFrom(0, 1, 5),
    heartbeatSeconds: fc.constantFrom(1, 5),
    lanes: fc.constantFrom(1, 16, 64, 4_096),
    lingerMs: fc.constantFrom(1, 100, 2_000).map(durationMs),
    frameMaxTrades: fc.constantFrom(1, 1_000, 20_000),
    frameMaxBytes: fc.constantFrom(1_000, 25_000, 60_000),
  })
  .map((load) => ({ ...DEFAULT_LOAD, ...load, symbolsPerViewer: Math.min(load.symbolsPerViewer, load.symbolCount) }));

const factors = fc.double({ min: 1, max: 20, noNaN: true });

/** As much or more, but for rounding. */
const expectNoLess = (more: number, less: number): void => expect(more).toBeGreaterThanOrEqual(less * (1 - 1e-9));

const expectNoCheaper = (more: Plan, less: Plan): void => {
  expectNoLess(more.capacity.ticks.shards, less.capacity.ticks.shards);
  expectNoLess(more.capacity.bars.shards, less.capacity.bars.shards);
  expectNoLess(more.bill.totalDollars, less.bill.totalDollars);
};

describe("a plan", () => {
  test("never costs less or needs fewer shards for more trades", () => {
    fc.assert(
      fc.property(loads, factors, (load, factor) => {
        const more = planOf({ ...load, tradesPerSecond: load.tradesPerSecond * factor });
        const less = planOf(load);
        expectNoCheaper(more, less);
        more.alternatives.forEach(({ bill }, i) =>
          expectNoLess(bill.totalDollars, less.alternatives[i]!.bill.totalDollars),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("bills consumers of enhanced fan-out by the shard at all hours, and by what they read", () => {
    fc.assert(
      fc.property(loads, (load) => {
        const [none, both] = [planOf(load), planOf({ ...load, fanOut: "both" })];
        const hourly = (none.capacity.ticks.shards + none.capacity.bars.shards) * 730 * 0.015;
        expect(both.paused.totalDollars - none.paused.totalDollars).toBeCloseTo(hourly, 6);
        expect(both.idle.totalDollars - none.idle.totalDollars).toBeCloseTo(hourly, 6);
        expectNoLess(both.bill.totalDollars, none.bill.totalDollars + hourly);
        const one = planOf({ ...load, fanOut: "aggregator" });
        expectNoLess(both.bill.totalDollars, one.bill.totalDollars);
        expectNoLess(one.bill.totalDollars, none.bill.totalDollars);
      }),
    );
  });

  test("never costs less for more viewers or more hours", () => {
    fc.assert(
      fc.property(loads, factors, (load, factor) => {
        expectNoCheaper(planOf({ ...load, viewerCount: Math.ceil(load.viewerCount * factor) }), planOf(load));
        const hoursPerMonth = Math.min(730, load.hoursPerMonth * factor);
        expectNoCheaper(planOf({ ...load, hoursPerMonth }), planOf(load));
      }),
    );
  });

  test("has shards that satisfy every limit that it names, and no more than one of them asks for", () => {
    const expectWithin = (shards: number, limits: readonly ShardLimit[]): void => {
      for (const { load, perShard, fullest } of limits) expectNoLess(perShard * fullest, load / shards);
      expect(shards).toBe(Math.max(...limits.map((limit) => limit.shards)));
    };
    fc.assert(
      fc.property(loads, (load) => {
        const { ticks, bars } = planOf(load).capacity;
        expectWithin(ticks.shards, ticks.limits);
        expectWithin(bars.shards, bars.limits);
        expect(ticks.state?.isWithinLimit ?? true).toBe(true);
      }),
    );
  });

  test("is billed the sum of its lines, none of them below nothing", () => {
    fc.assert(
      fc.property(loads, (load) => {
        const { bill, alternatives } = planOf(load);
        for (const { lines, totalDollars } of [bill, ...alternatives.map((alternative) => alternative.bill)]) {
          expect(lines.reduce((sum, { dollars }) => sum + dollars, 0)).toBe(totalDollars);
          for (const { quantity, unitDollars, dollars } of lines) {
            expect(dollars).toBeGreaterThanOrEqual(0);
            expect(quantity * unitDollars).toBeCloseTo(dollars, 3);
          }
        }
      }),
    );
  });
});

describe("200,000 trades a second", () => {
  const headline = { ...DEFAULT_LOAD, tradesPerSecond: 200_000, symbolCount: 500, symbolsPerViewer: 20 };

  test("take two shards of ticks", () => {
    expect(planOf(headline).capacity.ticks.shards).toBe(2);
    expect(planOf({ ...headline, symbolCount: 8_000 }).capacity.ticks.shards).toBe(2);
  });

  test("take three where the state of 9,000 symbols must fit, and two at one interval", () => {
    const { limits, shards } = planOf({ ...headline, symbolCount: 9_000 }).capacity.ticks;
    expect(shards).toBe(3);
    expect(limits.filter((limit) => limit.shards === 3).map(({ name }) => name)).toEqual(["state"]);
    expect(planOf({ ...headline, symbolCount: 9_000, intervals: minutes }).capacity.ticks.shards).toBe(2);
  });

  test("take 200 shards and some $9,500 of Kinesis as one record each", () => {
    const { words, bill } = planOf(headline).alternatives.find(({ name }) => name === "one record per trade")!;
    expect(words).toMatch(/^200 Kinesis shards/);
    const kinesis = bill.lines.filter(({ name }) => name.startsWith("ticks stream"));
    expect(kinesis.reduce((sum, { dollars }) => sum + dollars, 0)).toBeCloseTo(9_548.4, 2);
  });

  test("pay for shards at all hours, and for records in those of the market", () => {
    const dollarsOf = (plan: Plan, name: string) => plan.bill.lines.find((line) => line.name === name)!.dollars;
    const [always, market] = [planOf(headline), planOf({ ...headline, hoursPerMonth: 136.5 })];
    expect(dollarsOf(market, "ticks stream: shards")).toBe(dollarsOf(always, "ticks stream: shards"));
    expect(dollarsOf(market, "ticks stream: records")).toBeCloseTo(
      (dollarsOf(always, "ticks stream: records") * 136.5) / 730,
      6,
    );
  });
});

describe("what a plan says besides", () => {
  test("is nothing of what is deployed by default", () => {
    const { notes, capacity } = planOf(DEFAULT_LOAD);
    expect(notes).toEqual([]);
    expect([capacity.ticks.shards, capacity.bars.shards, capacity.ticks.aggregator.memoryMiB]).toEqual([1, 1, 1_024]);
  });

  test.each([
    [{ viewerCount: 6_000 }, "calls/s to @connections pass the 10,000 that one account has"],
    [{ viewerCount: 6_000 }, "As deployed, the broadcasters take"],
    [{ viewerCount: 6_000 }, "A heartbeat takes"],
    [
      { viewerCount: 6_000 },
      "12,000 write units in one partition, which takes 1,000 a second: the last is there after 12 s",
    ],
    [{ viewerCount: 40_000 }, "of the 3,000 that their one partition gives"],
    [{ tradesPerSecond: 20, symbolCount: 64 }, "trades share a frame"],
    [{ tradesPerSecond: 2_000_000 }, "lanes spread unevenly"],
    [{ tradesPerSecond: 1_000_000, symbolCount: 40_000 }, "messages a second instead of one"],
    [{ tradesPerSecond: 200_000, symbolCount: 20_000 }, "that a new table takes"],
    [{ tradesPerSecond: 200_000, symbolCount: 8_000 }, "and folds nothing meanwhile"],
  ])("of %j is a sentence: %s", (change, sentence) => {
    expect(planOf({ ...DEFAULT_LOAD, ...change }).notes.join("\n")).toContain(sentence);
  });
});
