import { expect, test } from "vitest";
import { createMemoryPaneStore } from "#adapters/memory/pane-store.ts";
import { createMemorySymbolRegister } from "#adapters/memory/symbol-register.ts";
import type { BarSink } from "#core/ports/bar-sink.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { FinalBars } from "./final-bars.ts";
import { publicationsOf } from "./publications.ts";
import { tumbling, type PublishedWindow } from "./published-window.ts";

const clock = { nowMs: () => epochMs(0) };

const finalBarsOf = (window: PublishedWindow): FinalBars =>
  new FinalBars({
    panes: createMemoryPaneStore(),
    symbols: createMemorySymbolRegister({ clock }),
    storedIntervalsMs: [window.stepMs],
    window,
    clock,
  });

test("each place has a standing for each kind of window that it gets", () => {
  const sinks = Array.from({ length: 2 }, (): BarSink => ({ publish: () => Promise.resolve() }));
  const bars = tumbling(durationMs(60_000));
  const sliding = { lengthMs: durationMs(10_000), stepMs: durationMs(5_000) };
  const publications = publicationsOf(
    [
      { name: "redis", sink: sinks[0]!, windows: [bars] },
      { name: "influx", sink: sinks[1]!, windows: [bars, sliding] },
    ],
    finalBarsOf,
  );
  expect(publications.map(({ name, window, sink }) => ({ name, window, sink }))).toEqual([
    { name: "redis bars", window: bars, sink: sinks[0] },
    { name: "influx bars", window: bars, sink: sinks[1] },
    { name: "influx 10s/5s", window: sliding, sink: sinks[1] },
  ]);
});
