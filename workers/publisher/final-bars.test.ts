import { describe, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryPaneStore } from "#adapters/memory/pane-store.ts";
import { createMemorySymbolRegister } from "#adapters/memory/symbol-register.ts";
import type { Bar } from "#core/bar.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { pane } from "#test/pane-fixture.ts";
import { FinalBars } from "./final-bars.ts";
import { tumbling, type PublishedWindow } from "./published-window.ts";

const minute = durationMs(60_000);
const [second, day] = [durationMs(1_000), durationMs(86_400_000)];

const open = async (window: PublishedWindow = tumbling(minute), storedMs = minute) => {
  const clock = createManualClock(epochMs(0));
  const [panes, symbols] = [createMemoryPaneStore(), createMemorySymbolRegister({ clock })];
  await symbols.see(["IBM", "SPY"], epochMs(0));
  const bars = new FinalBars({ panes, symbols, storedIntervalsMs: [storedMs], window, clock });
  return { panes, bars, clock };
};

const told = (bars: readonly Bar[]) =>
  bars.map(({ symbol, startMs, content }) => [symbol, startMs, content.tradeCount]);

describe("final bars", () => {
  test("are read from where the last ones ended, each symbol's own, in the order of time", async () => {
    const { panes, bars } = await open();
    await panes.put([
      pane({ last: 1, startMs: 0 }),
      pane({ last: 2, startMs: 60_000, symbol: "SPY" }),
      pane({ last: 3, startMs: 60_000 }),
      pane({ last: 4, startMs: 120_000 }),
    ]);
    expect(told(await bars.read(epochMs(60_000), epochMs(120_000)))).toEqual([
      ["IBM", 60_000, 3],
      ["SPY", 60_000, 2],
    ]);
  });

  test("are looked for among symbols that traded, not among those that are only watched", async () => {
    const clock = createManualClock(epochMs(0));
    const [panes, symbols] = [createMemoryPaneStore(), createMemorySymbolRegister({ clock })];
    await symbols.see(["IBM"], epochMs(0));
    await symbols.watch(["IBM", "NEVER"]);
    const asked: string[] = [];
    const range: typeof panes.range = (query) => {
      asked.push(query.symbol);
      return panes.range(query);
    };
    const deps = { panes: { ...panes, range }, symbols, storedIntervalsMs: [minute], clock };
    await new FinalBars({ ...deps, window: tumbling(minute) }).read(epochMs(0), epochMs(60_000));
    expect(asked).toEqual(["IBM"]);
  });

  test("come again when a late trade has changed them, and only then", async () => {
    const { panes, bars, clock } = await open();
    await panes.put([pane({ last: 1, startMs: 0 }), pane({ last: 1, startMs: 0, symbol: "SPY" })]);
    bars.noted(await bars.read(epochMs(0), epochMs(60_000)), epochMs(60_000));
    await panes.put([pane({ last: 2, startMs: 0 }), pane({ last: 2, startMs: 60_000 })]);
    expect(bars.isDue).toBe(false);
    await clock.advance(60_000);
    expect(bars.isDue).toBe(true);
    expect(told(await bars.read(epochMs(60_000), epochMs(120_000)))).toEqual([
      ["IBM", 0, 2],
      ["IBM", 60_000, 2],
    ]);
  });

  test("come late where a late trade is the first of its window", async () => {
    const { panes, bars, clock } = await open();
    await panes.put([pane({ last: 1, startMs: 0 })]);
    bars.noted(await bars.read(epochMs(60_000), epochMs(120_000)), epochMs(120_000));
    await panes.put([pane({ last: 2, startMs: 0 }), pane({ last: 2, startMs: 60_000 })]);
    await clock.advance(60_000);
    expect(told(await bars.read(epochMs(120_000), epochMs(120_000)))).toEqual([["IBM", 60_000, 2]]);
  });

  test("that another publisher handed over in between do not come again", async () => {
    const { panes, bars, clock } = await open();
    await panes.put([0, 60_000, 120_000].map((startMs) => pane({ last: 1, startMs })));
    bars.noted(await bars.read(epochMs(0), epochMs(60_000)), epochMs(60_000));
    await clock.advance(60_000);
    expect(told(await bars.read(epochMs(120_000), epochMs(180_000)))).toEqual([["IBM", 120_000, 1]]);
  });

  test("of a day are whole when it is looked whether they changed", async () => {
    const { panes, bars, clock } = await open(tumbling(day));
    const lastHour = pane({ last: 1, startMs: day - 60_000 });
    await panes.put([pane({ last: 1, startMs: 0 }), lastHour]);
    bars.noted(await bars.read(epochMs(0), epochMs(day)), epochMs(day));
    await panes.put([pane({ last: 5, startMs: day })]);
    await clock.advance(day);
    expect(told(await bars.read(epochMs(day), epochMs(2 * day)))).toEqual([["IBM", day, 5]]);
  });
});

describe("final sliding averages", () => {
  const window = { lengthMs: durationMs(3_000), stepMs: second };
  const at = (startMs: number, last: number) => pane({ startMs, last, intervalMs: second });

  //           0    1    2    3    4    5 s
  //           |----|    |----|    |----|
  // before              ^              ^ now
  //                     [-------------)
  //                [-------------)
  //           [-------------)
  test("are those whose windows ended since, whole", async () => {
    const { panes, bars } = await open(window, second);
    await panes.put([at(0, 1), at(2_000, 2), at(4_000, 4)]);
    expect(told(await bars.read(epochMs(2_000), epochMs(5_000)))).toEqual([
      ["IBM", 0, 3],
      ["IBM", 1_000, 2],
      ["IBM", 2_000, 6],
    ]);
  });

  test("come once each, and within a minute again when a late trade has changed their windows", async () => {
    const { panes, bars, clock } = await open(window, second);
    const all: unknown[] = [];
    for (let endMs = 1_000; endMs <= 64_000; endMs += 1_000) {
      if (endMs < 6_000) await panes.put([at(endMs - 1_000, 1)]);
      if (endMs === 9_000) await panes.put([at(1_000, 7)]);
      const found = await bars.read(epochMs(endMs - 1_000), epochMs(endMs));
      bars.noted(found, epochMs(endMs));
      await clock.advance(1_000);
      all.push(...told(found).map(([, startMs, trades]) => [startMs, trades, endMs]));
    }
    expect(all).toEqual([
      [-2_000, 1, 1_000],
      [-1_000, 2, 2_000],
      [0, 3, 3_000],
      [1_000, 3, 4_000],
      [2_000, 3, 5_000],
      [3_000, 2, 6_000],
      [4_000, 1, 7_000],
      [-1_000, 8, 61_000],
      [0, 9, 61_000],
      [1_000, 9, 61_000],
    ]);
  });
});
