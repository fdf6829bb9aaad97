import fc from "fast-check";
import { expect, test } from "vitest";
import { lifeStateBytes, readLifeState, type LifeState } from "./life-state.ts";
import { SeenFrames } from "./seen.ts";
import { durationMs, epochMs, sequenceNumber } from "./units.ts";

const sequences = fc.bigInt({ min: 0n, max: 10n ** 57n }).map((digits) => sequenceNumber(digits.toString()));
const times = fc.option(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }).map(epochMs), { nil: undefined });

const states: fc.Arbitrary<LifeState> = fc.record({
  last: fc.option(sequences, { nil: undefined }),
  newestEventTimeMs: times,
  newestStoredMs: times,
  counts: fc.record({
    records: fc.nat(),
    trades: fc.nat(),
    lateTrades: fc.nat(),
    duplicateFrames: fc.nat(),
    duplicateTrades: fc.nat(),
    rejected: fc.nat(),
  }),
  seen: fc.array(fc.tuple(fc.constantFrom("a1", "b2"), fc.nat(3_000)), { maxLength: 9 }).map((frames) => {
    const seen = new SeenFrames();
    for (const [producer, number] of frames) seen.add(producer, number);
    return seen.toBytes();
  }),
  panes: fc.array(
    fc
      .record({
        symbol: fc.constantFrom("IBM", "BRK.A", "EUR/USD"),
        intervalMs: fc.constantFrom(durationMs(10_000), durationMs(60_000)),
        window: fc.nat(30_000_000),
        rowSequence: fc.option(sequences, { nil: undefined }),
        isChanged: fc.boolean(),
        units: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      })
      .map(({ window, units, ...pane }) => {
        const startMs = epochMs(window * pane.intervalMs);
        const price = { units, scale: 0 };
        const print = { eventTimeMs: epochMs(startMs + 5), sequence: 3, price, size: { units: 7, scale: 0 } };
        const sum = { units: BigInt(units), scale: 0 };
        const content = {
          tradeCount: 1,
          open: print,
          high: price,
          low: price,
          close: print,
          volume: { units: 7n, scale: 0 },
          priceSum: sum,
          notional: { units: BigInt(units) * 7n, scale: 0 },
        };
        return { ...pane, startMs, shard: "shard-0", content };
      }),
    { maxLength: 8 },
  ),
});

test("a life's state reads back from its bytes, its panes in order", () => {
  const place = ({ symbol, intervalMs, startMs }: LifeState["panes"][number]): string =>
    `${symbol}|${String(intervalMs).padStart(9)}|${String(startMs).padStart(15)}`;
  fc.assert(
    fc.property(states, (state) => {
      const panes = state.panes.toSorted((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
      expect(readLifeState(lifeStateBytes(state), "shard-0")).toEqual({ ...state, panes });
    }),
  );
});

test("rejects bytes that are no state, with a code", () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(bytes, (noise) => {
      try {
        readLifeState(noise, "shard-0");
      } catch (error) {
        expect(error).toMatchObject({ code: "TAPE_STATE_INVALID" });
      }
    }),
  );
  expect(() => readLifeState(new Uint8Array([9]), "shard-0")).toThrow("its version must be 1, was 9");
});
