import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paneKeyText } from "#core/pane.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { arbitraryPane } from "#test/arbitraries/pane.ts";
import { byKey, pane } from "#test/pane-fixture.ts";
import { paneStoreModelContract } from "./pane-store-model.contract.ts";
import type { PaneRange, PaneStore } from "./pane-store.ts";

const minute = durationMs(60_000);
const tenSeconds = durationMs(10_000);

const first: PaneRange = { symbol: "IBM", intervalMs: minute, startMs: epochMs(0), endMs: epochMs(60_000) };

/** What every bar store must do; it must store 1s, 10s, 1m, 5m and 1d panes. */
export const paneStoreContract = (name: string, open: () => Promise<PaneStore & AsyncDisposable>): void => {
  describe(`PaneStore: ${name}`, () => {
    registerTests(open);
    rangeTests(open);
    exactnessTests(open);
    paneStoreModelContract(open);
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
