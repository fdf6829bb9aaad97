import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { least } from "#core/decimal.ts";
import { paneKeyText, type Pane, type PaneKey } from "#core/pane.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { arbitraryPane } from "#test/arbitraries/pane.ts";
import type { PaneRange, PaneStore } from "./pane-store.ts";

const minute = durationMs(60_000);
const tenSeconds = durationMs(10_000);

/** A pane whose content is a function of how far it is folded, as every shard's is. */
const pane = ({ last, ...key }: Partial<Omit<PaneKey, "startMs">> & { startMs?: number; last: number }): Pane => {
  const price = least({ units: 100 + last, scale: 2 });
  const print = { eventTimeMs: epochMs(key.startMs ?? 0), sequence: last, price, size: { units: 1, scale: 0 } };
  const sum = { units: BigInt(last), scale: 0 };
  return {
    symbol: "IBM",
    intervalMs: minute,
    shard: "shardId-000000000000",
    ...key,
    startMs: epochMs(key.startMs ?? 0),
    lastSequence: sequenceNumber(String(last)),
    content: {
      tradeCount: last,
      open: print,
      high: price,
      low: price,
      close: print,
      volume: sum,
      priceSum: sum,
      notional: sum,
    },
  };
};

const byKey = (panes: readonly Pane[]): readonly Pane[] =>
  panes.toSorted((a, b) => (paneKeyText(a) < paneKeyText(b) ? -1 : 1));

const first: PaneRange = { symbol: "IBM", intervalMs: minute, startMs: epochMs(0), endMs: epochMs(60_000) };

/** What every bar store must do; it must store 1s, 10s, 1m, 5m and 1d panes. */
export const paneStoreContract = (name: string, open: () => Promise<PaneStore & AsyncDisposable>): void => {
  describe(`PaneStore: ${name}`, () => {
    registerTests(open);
    rangeTests(open);
    exactnessTests(open);
    modelTests(open);
  });
};

const registerTests = (open: () => Promise<PaneStore & AsyncDisposable>): void => {
  test("keeps the pane of the greatest lastSequence, whatever the order of writes", async () => {
    for (const order of [
      [9, 10, 200],
      [200, 10, 9],
      [10, 200, 9],
    ]) {
      await using store = await open();
      for (const last of order) await store.put([pane({ last })]);
      expect(await store.range(first)).toEqual([pane({ last: 200 })]);
    }
  });

  test("keeps the greatest of one call", async () => {
    await using store = await open();
    await store.put([pane({ last: 10 }), pane({ last: 30 }), pane({ last: 20 })]);
    expect(await store.get([pane({ last: 1 })])).toEqual([pane({ last: 30 })]);
  });

  test("takes an equal lastSequence again without a word", async () => {
    await using store = await open();
    await store.put([pane({ last: 10 })]);
    await store.put([pane({ last: 10 })]);
    expect(await store.range(first)).toEqual([pane({ last: 10 })]);
  });

  test("stores the other panes of a call in which one loses", async () => {
    await using store = await open();
    await store.put([pane({ last: 10 })]);
    await store.put([pane({ last: 5 }), pane({ last: 5, shard: "shardId-000000000001" })]);
    expect(await store.range(first)).toEqual([pane({ last: 10 }), pane({ last: 5, shard: "shardId-000000000001" })]);
  });

  test("is not touched by what the caller does to its panes afterwards", async () => {
    await using store = await open();
    const written = structuredClone(pane({ last: 10 }));
    await store.put([written]);
    Object.assign(written.content, { tradeCount: 99 });
    expect(await store.get([pane({ last: 1 })])).toEqual([pane({ last: 10 })]);
  });

  test("takes and returns nothing when there is nothing", async () => {
    await using store = await open();
    await store.put([]);
    expect(await store.get([])).toEqual([]);
    expect(await store.get([pane({ last: 1 })])).toEqual([]);
    expect(await store.range(first)).toEqual([]);
  });
};

const rangeTests = (open: () => Promise<PaneStore & AsyncDisposable>): void => {
  test("a range holds its start and not its end", async () => {
    await using store = await open();
    const panes = [0, 1, 2, 3].map((i) => pane({ startMs: i * 60_000, last: 1 }));
    await store.put(panes);
    //        60 000          180 000
    // -------[--------|--------)--------
    expect(await store.range({ ...first, startMs: epochMs(60_000), endMs: epochMs(180_000) })).toEqual(
      panes.slice(1, 3),
    );
    expect(await store.range({ ...first, startMs: epochMs(60_001), endMs: epochMs(180_001) })).toEqual(
      panes.slice(2, 4),
    );
    expect(await store.range({ ...first, startMs: epochMs(60_000), endMs: epochMs(60_000) })).toEqual([]);
  });

  test("a range is ordered by start and shard over days, around and before 1970", async () => {
    await using store = await open();
    const panes = [-2_000, -1_440, -721, -1, 0, 1, 719, 720, 1_439, 1_440, 3_000].flatMap((i) =>
      ["shardId-000000000002", "shardId-000000000010"].map((shard) => pane({ startMs: i * 60_000, shard, last: 7 })),
    );
    await store.put(panes.toReversed());
    const wide = { ...first, startMs: epochMs(-10_000 * 60_000), endMs: epochMs(10_000 * 60_000) };
    expect(await store.range(wide)).toEqual(panes);
  });

  test("a range is of one symbol and one interval", async () => {
    await using store = await open();
    const symbols = ["IBM", "IBM|1m", "IBM ", "IB", "|", "BRK B", "a\"\\'`{}<>&%$#@!~^", "|1m|0", "0|10s"].filter(
      (symbol) => symbol.trim() === symbol,
    );
    const panes = symbols.flatMap((symbol) => [
      pane({ symbol, last: 3 }),
      pane({ symbol, intervalMs: tenSeconds, last: 4 }),
    ]);
    await store.put(panes);
    for (const symbol of symbols) {
      expect(await store.range({ ...first, symbol })).toEqual([pane({ symbol, last: 3 })]);
      expect(await store.range({ ...first, symbol, intervalMs: tenSeconds })).toEqual([
        pane({ symbol, intervalMs: tenSeconds, last: 4 }),
      ]);
    }
    expect(byKey(await store.get(panes))).toEqual(byKey(panes));
  });
};

const exactnessTests = (open: () => Promise<PaneStore & AsyncDisposable>): void => {
  test("a get finds exactly the panes of its keys, however many, over shards and days", async () => {
    await using store = await open();
    const panes = Array.from({ length: 260 }, (_, i) =>
      pane({ startMs: (i % 130) * 3_600_000, shard: `shardId-00000000000${i < 130 ? 0 : 1}`, last: i + 1 }),
    );
    await store.put(panes);
    const absent = panes.map((stored) => ({ ...stored, symbol: "SPY" }));
    const asked = panes.filter((_, i) => i % 7 !== 0);
    expect(byKey(await store.get([...asked, ...absent, ...asked]))).toEqual(byKey(asked));
  });

  test("keeps every number exactly, beyond 2^53 and to the last decimal", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(arbitraryPane, { selector: paneKeyText, maxLength: 10 }), async (panes) => {
        await using store = await open();
        await store.put(panes);
        expect(byKey(await store.get(panes))).toEqual(byKey(panes));
      }),
      { numRuns: 15 },
    );
  });

  test("keeps sums of tens of thousands of digits, more than one page of them", async () => {
    await using store = await open();
    const panes = Array.from({ length: 16 }, (_, i) => {
      const sum = { units: 10n ** 90_000n + BigInt(i) * 10n + 1n, scale: 16 };
      const small = pane({ startMs: i * 60_000, last: i + 1 });
      return { ...small, content: { ...small.content, notional: sum } };
    });
    await store.put(panes);
    const read = await store.range({ ...first, endMs: epochMs(16 * 60_000) });
    expect(read.map(({ content }) => content.notional)).toEqual(panes.map(({ content }) => content.notional));
  });
};

type Model = Map<string, Pane>;

class PutCommand implements fc.AsyncCommand<Model, PaneStore> {
  readonly panes: readonly Pane[];

  constructor(panes: readonly Pane[]) {
    this.panes = panes;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, store: PaneStore): Promise<void> {
    await store.put(this.panes);
    for (const written of this.panes) {
      const stored = model.get(paneKeyText(written));
      if (stored === undefined || stored.lastSequence < written.lastSequence) model.set(paneKeyText(written), written);
    }
  }

  toString(): string {
    return `put(${this.panes.map((written) => `${paneKeyText(written)} to ${written.lastSequence}`).join(", ")})`;
  }
}

class GetCommand implements fc.AsyncCommand<Model, PaneStore> {
  readonly keys: readonly PaneKey[];

  constructor(keys: readonly PaneKey[]) {
    this.keys = keys;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, store: PaneStore): Promise<void> {
    const expected = new Set(this.keys.map(paneKeyText).flatMap((text) => model.get(text) ?? []));
    expect(byKey(await store.get(this.keys))).toEqual(byKey([...expected]));
  }

  toString(): string {
    return `get(${this.keys.map(paneKeyText).join(", ")})`;
  }
}

class RangeCommand implements fc.AsyncCommand<Model, PaneStore> {
  readonly range: PaneRange;

  constructor(range: PaneRange) {
    this.range = range;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, store: PaneStore): Promise<void> {
    const { symbol, intervalMs, startMs, endMs } = this.range;
    const expected = [...model.values()]
      .filter((held) => held.symbol === symbol && held.intervalMs === intervalMs)
      .filter((held) => held.startMs >= startMs && held.startMs < endMs)
      .toSorted((a, b) => a.startMs - b.startMs || (a.shard < b.shard ? -1 : 1));
    expect(await store.range(this.range)).toEqual(expected);
  }

  toString(): string {
    return `range(${JSON.stringify(this.range)})`;
  }
}

const modelTests = (open: () => Promise<PaneStore & AsyncDisposable>): void => {
  const symbol = fc.constantFrom("IBM", "BRK B", "A|1m");
  const intervalMs = fc.constantFrom(minute, tenSeconds);
  // Few windows, on both sides of where 720 of them end.
  const window = fc.constantFrom(0, 1, 718, 719, 720, 721, 1_440);
  const anyPane = fc
    .record({ symbol, intervalMs, window, shard: fc.constantFrom("a", "b"), last: fc.integer({ min: 1, max: 120 }) })
    .map(({ window: i, ...rest }) => pane({ ...rest, startMs: i * rest.intervalMs }));
  const anyRange = fc
    .record({ symbol, intervalMs, start: fc.nat(1_500), windows: fc.nat(1_500) })
    .map(({ start, windows, ...rest }) => ({
      ...rest,
      startMs: epochMs(start * rest.intervalMs),
      endMs: epochMs((start + windows) * rest.intervalMs),
    }));
  const commands = [
    fc.array(anyPane, { maxLength: 8 }).map((panes) => new PutCommand(panes)),
    fc.array(anyPane, { maxLength: 8 }).map((keys) => new GetCommand(keys)),
    anyRange.map((range) => new RangeCommand(range)),
  ];

  test("answers as a map of registers does, whatever is asked in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 20 }), async (run) => {
        await using store = await open();
        await fc.asyncModelRun(() => ({ model: new Map(), real: store }), run);
      }),
      { numRuns: 25 },
    );
  });
};
