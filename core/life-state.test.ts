import fc from "fast-check";
import { expect, test } from "vitest";
import { lifeStateBytes, readLifeState, type LifeState } from "./life-state.ts";
import { Accumulator } from "./fold.ts";
import { STATE_BYTES_PER_PANE } from "./plan/state-size.ts";
import { SeenFrames } from "./seen.ts";
import { countsOf } from "./shard-counts.ts";
import { TradeColumns } from "./trade-columns.ts";
import { durationMs, epochMs, sequenceNumber } from "./units.ts";

const sequences = fc.bigInt({ min: 0n, max: 10n ** 57n }).map((digits) => sequenceNumber(digits.toString()));
const times = fc.option(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }).map(epochMs), { nil: undefined });

const states: fc.Arbitrary<LifeState> = fc.record({
  last: fc.option(sequences, { nil: undefined }),
  lastArrivalMs: times,
  newestEventTimeMs: times,
  frontierMs: times,
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
        isTouched: fc.boolean(),
        isCorrected: fc.boolean(),
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
  expect(() => readLifeState(new Uint8Array([9]), "shard-0")).toThrow("its version must be 4, was 9");
});

test("a pane takes no more bytes than the plan reckons with", () => {
  const columns = new TradeColumns(60);
  for (let row = 0; row < 60; row++) {
    columns.price[row] = 16_741 + (row % 9);
    columns.size[row] = 100 * (1 + (row % 7));
    columns.eventTimeMs[row] = 1_381_152_600_000 + row * 150;
    columns.sequence[row] = 300_000 + row * 3;
  }
  const accumulator = new Accumulator();
  accumulator.addRows(columns, { symbol: "SPY", priceScale: 2, sizeScale: 0, from: 0, to: 60 }, 0, 60);
  const content = accumulator.content();
  const key = { intervalMs: durationMs(10_000), startMs: epochMs(1_381_152_600_000), shard: "shard-0" };
  const panes = Array.from({ length: 1_000 }, (_, i) => ({
    ...key,
    symbol: `S${i}`,
    rowSequence: undefined,
    isTouched: true,
    isCorrected: false,
    content,
  }));
  const seen = new SeenFrames().toBytes();
  const rest = {
    last: sequenceNumber("9".repeat(56)),
    lastArrivalMs: key.startMs,
    newestEventTimeMs: key.startMs,
    frontierMs: undefined,
    newestStoredMs: undefined,
    counts: countsOf(() => 1),
  };
  expect(lifeStateBytes({ ...rest, seen, panes }).length / panes.length).toBeLessThanOrEqual(STATE_BYTES_PER_PANE);
});
