import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { arbitraryContent } from "#test/arbitraries/pane.ts";
import { barsOf } from "../bars.ts";
import type { Pane } from "../pane.ts";
import { durationMs, epochMs, sequenceNumber, type EpochMs } from "../units.ts";
import { Register } from "./register.ts";

const minuteMs = durationMs(60_000);
const fiveMinutesMs = durationMs(300_000);
const tenSecondsMs = durationMs(10_000);

const sampleContent = fc.sample(arbitraryContent, { numRuns: 1, seed: 3 })[0]!;

const closingAt = (eventTimeMs: EpochMs) => ({
  ...sampleContent,
  tradeCount: 1,
  close: { ...sampleContent.close, eventTimeMs },
});

const pane = (changes: Partial<Pane> & { readonly last?: number } = {}): Pane => {
  const { last = 1, ...rest } = changes;
  return {
    symbol: "IBM",
    intervalMs: minuteMs,
    startMs: epochMs(0),
    shard: "shardId-000000000000",
    lastSequence: sequenceNumber(String(last)),
    content: { ...sampleContent, tradeCount: last },
    isCorrected: false,
    ...rest,
  };
};

/** Successive states of few panes, so that keys collide: content is a function of key and position. */
const arbitraryUpdates: fc.Arbitrary<readonly Pane[]> = fc.array(
  fc
    .record({
      symbol: fc.constantFrom("IBM", "SPY"),
      window: fc.nat(6),
      shard: fc.constantFrom("shardId-000000000000", "shardId-000000000001"),
      last: fc.integer({ min: 1, max: 12 }),
    })
    .map(({ window, ...rest }) => pane({ ...rest, startMs: epochMs(window * minuteMs) })),
  { minLength: 1, maxLength: 40 },
);

const barsIn = (register: Register) =>
  ["IBM", "SPY"].flatMap((symbol) => [minuteMs, fiveMinutesMs].map((intervalMs) => register.bars(symbol, intervalMs)));

const registerOf = (...updates: readonly (readonly Pane[])[]): Register => {
  const register = new Register();
  for (const update of updates) register.apply(update);
  return register;
};

describe("the receiver's register", () => {
  test("ends in the same bars whatever the order, repetition and grouping of updates", () => {
    const disorder = arbitraryUpdates.chain((updates) =>
      fc.record({
        updates: fc.constant(updates),
        shuffled: fc.shuffledSubarray([...updates, ...updates], { minLength: updates.length * 2 }),
        cut: fc.nat(updates.length * 2),
      }),
    );
    fc.assert(
      fc.property(disorder, ({ updates, shuffled, cut }) => {
        const regrouped = registerOf(shuffled.slice(0, cut), shuffled.slice(cut));
        expect(barsIn(regrouped)).toEqual(barsIn(registerOf(updates)));
      }),
    );
  });

  test("ends in the same bars when updates are lost and each key is told once more at its last position", () => {
    const losses = arbitraryUpdates.chain((updates) =>
      fc.record({ updates: fc.constant(updates), heard: fc.shuffledSubarray([...updates]) }),
    );
    fc.assert(
      fc.property(losses, ({ updates, heard }) => {
        const all = registerOf(updates);
        expect(barsIn(registerOf(heard, all.panes()))).toEqual(barsIn(all));
      }),
    );
  });

  test("folds the panes of all shards into one bar", () => {
    const panes = [pane({ last: 3 }), pane({ last: 4, shard: "shardId-000000000001" })];
    expect(registerOf(panes).bars("IBM", minuteMs)).toEqual(barsOf(panes, minuteMs));
    expect(registerOf(panes).bars("IBM", minuteMs)[0]?.content.tradeCount).toBe(7);
  });

  test("ignores what is behind, and keeps what did not change as it is", () => {
    const register = registerOf([pane({ last: 5 }), pane({ startMs: epochMs(60_000) })]);
    const before = register.bars("IBM", minuteMs);
    register.apply([pane({ last: 4 }), pane({ last: 5 }), pane({ symbol: "SPY" })]);
    expect(register.bars("IBM", minuteMs)).toBe(before);
    register.apply([pane({ last: 6 })]);
    const after = register.bars("IBM", minuteMs);
    expect(after.map(({ content }) => content.tradeCount)).toEqual([6, 1]);
    expect([after === before, after[0] === before[0], after[1] === before[1]]).toEqual([false, false, true]);
  });

  test("tells the same bars whenever it is asked, between updates too", () => {
    fc.assert(
      fc.property(arbitraryUpdates, (updates) => {
        const asked = new Register();
        for (const update of updates) {
          asked.apply([update]);
          barsIn(asked);
        }
        expect(barsIn(asked)).toEqual(barsIn(registerOf(updates)));
      }),
    );
  });

  test("forgets what is older than anybody wants, and never a symbol's newest pane", () => {
    const at = (minutes: number) => epochMs(minutes * minuteMs);
    const day = Array.from({ length: 1_441 }, (_, index) =>
      pane({ startMs: at(index), content: closingAt(at(index)) }),
    );
    const register = registerOf(day, [pane({ symbol: "SPY" }), pane({ symbol: "BAC" })]);
    const [bars, five] = [register.bars("IBM", minuteMs), register.bars("IBM", fiveMinutesMs)];
    expect([bars.length, five.length, register.newestMs]).toEqual([1_441, 289, at(1_440)]);
    register.keep([
      { symbols: ["IBM", "SPY"], intervalMs: minuteMs, bars: 30 },
      { symbols: ["IBM"], intervalMs: fiveMinutesMs, bars: 20 },
    ]);
    const kept = register.bars("IBM", minuteMs);
    expect([kept.length >= 100, kept.length < 130, kept.at(-1)]).toEqual([true, true, bars.at(-1)]);
    expect(register.bars("IBM", fiveMinutesMs)).toEqual(registerOf(register.panes()).bars("IBM", fiveMinutesMs));
    expect(["SPY", "BAC"].map((symbol) => register.bars(symbol, minuteMs).length)).toEqual([1, 0]);
  });

  test("folds longer bars from the longest interval it keeps", () => {
    const register = registerOf([pane({ last: 3 }), pane({ last: 2, intervalMs: tenSecondsMs })]);
    expect(register.bars("IBM", fiveMinutesMs)[0]?.content.tradeCount).toBe(3);
    expect(register.bars("IBM", tenSecondsMs)[0]?.content.tradeCount).toBe(2);
  });

  test("has no bars of what it was never told", () => {
    const register = registerOf([pane()]);
    expect(register.bars("SPY", minuteMs)).toEqual([]);
    expect(register.bars("IBM", tenSecondsMs)).toEqual([]);
  });
});
