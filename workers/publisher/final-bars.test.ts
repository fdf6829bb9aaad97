import { describe, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryPaneStore } from "#adapters/memory/pane-store.ts";
import { createMemorySymbolRegister } from "#adapters/memory/symbol-register.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { pane } from "#test/pane-fixture.ts";
import { FinalBars } from "./final-bars.ts";

const minute = durationMs(60_000);

const clock = createManualClock(epochMs(0));

const open = async () => {
  const [panes, symbols] = [createMemoryPaneStore(), createMemorySymbolRegister({ clock })];
  await symbols.see(["IBM", "SPY"], epochMs(0));
  return { panes, bars: new FinalBars({ panes, symbols, storedIntervalsMs: [minute], intervalMs: minute }) };
};

describe("final bars", () => {
  test("are read from where the last ones ended, each symbol's own, in the order of time", async () => {
    const { panes, bars } = await open();
    await panes.put([
      pane({ last: 1, startMs: 0 }),
      pane({ last: 2, startMs: 60_000, symbol: "SPY" }),
      pane({ last: 3, startMs: 60_000 }),
      pane({ last: 4, startMs: 120_000 }),
    ]);
    const read = await bars.read(epochMs(60_000), epochMs(120_000));
    expect(read.map(({ symbol, startMs, content }) => [symbol, startMs, content.tradeCount])).toEqual([
      ["IBM", 60_000, 3],
      ["SPY", 60_000, 2],
    ]);
  });

  test("come again when a late trade has changed them, and only then", async () => {
    const { panes, bars } = await open();
    await panes.put([pane({ last: 1, startMs: 0 }), pane({ last: 1, startMs: 0, symbol: "SPY" })]);
    bars.noted(await bars.read(epochMs(0), epochMs(60_000)), epochMs(60_000));
    await panes.put([pane({ last: 2, startMs: 0 }), pane({ last: 2, startMs: 60_000 })]);
    const again = await bars.read(epochMs(60_000), epochMs(120_000));
    expect(again.map(({ symbol, startMs, content }) => [symbol, startMs, content.tradeCount])).toEqual([
      ["IBM", 0, 2],
      ["IBM", 60_000, 2],
    ]);
  });
});
