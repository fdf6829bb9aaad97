import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { arbitraryContent } from "#test/arbitraries/pane.ts";
import { barsOf } from "../bars.ts";
import type { Pane } from "../pane.ts";
import { durationMs, epochMs, sequenceNumber } from "../units.ts";
import { Register } from "./register.ts";

const minuteMs = durationMs(60_000);
const fiveMinutesMs = durationMs(300_000);
const tenSecondsMs = durationMs(10_000);

const sampleContent = fc.sample(arbitraryContent, { numRuns: 1, seed: 3 })[0]!;

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

  test("says which bars changed, each once", () => {
    const register = registerOf([pane({ last: 5 })]);
    expect(register.apply([pane({ last: 4 }), pane({ last: 5 })])).toEqual([]);
    expect(register.apply([pane({ last: 6 }), pane({ last: 7 }), pane({ shard: "shardId-000000000001" })])).toEqual([
      { symbol: "IBM", intervalMs: minuteMs, startMs: 0 },
    ]);
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
