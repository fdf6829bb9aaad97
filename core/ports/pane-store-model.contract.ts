import fc from "fast-check";
import { expect, test } from "vitest";
import { paneKeyText, type Pane, type PaneKey } from "#core/pane.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { byKey, pane } from "#test/pane-fixture.ts";
import type { PaneRange, PaneStore } from "./pane-store.ts";

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

/** A bar store against a map of registers. */
export const paneStoreModelContract = (open: () => Promise<PaneStore & AsyncDisposable>): void => {
  const symbol = fc.constantFrom("IBM", "BRK B", "A|1m");
  const intervalMs = fc.constantFrom(durationMs(60_000), durationMs(10_000));
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
