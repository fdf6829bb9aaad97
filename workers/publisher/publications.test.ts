import { expect, test } from "vitest";
import { createMemoryPaneStore } from "#adapters/memory/pane-store.ts";
import { createMemorySymbolRegister } from "#adapters/memory/symbol-register.ts";
import type { BarSink } from "#core/ports/bar-sink.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { FinalBars } from "./final-bars.ts";
import { publicationsOf } from "./publications.ts";
import { tumbling, type PublishedWindow } from "./published-window.ts";

const finalBarsOf = (window: PublishedWindow): FinalBars =>
  new FinalBars({
    panes: createMemoryPaneStore(),
    symbols: createMemorySymbolRegister(),
    storedIntervalsMs: [window.stepMs],
    window,
    clock: { nowMs: () => epochMs(0) },
  });

test("each kind of window is read once, for all places that get it", () => {
  const [topic, channel, points] = Array.from({ length: 3 }, (): BarSink => ({ publish: () => Promise.resolve() }));
  const bars = tumbling(durationMs(60_000));
  const sliding = { lengthMs: durationMs(10_000), stepMs: durationMs(5_000) };
  const publications = publicationsOf(
    [
      { sink: topic!, windows: [sliding] },
      { sink: channel!, windows: [bars] },
      { sink: points!, windows: [bars, { ...sliding }] },
    ],
    finalBarsOf,
  );
  expect(publications.map(({ name, window, sinks }) => ({ name, window, sinks }))).toEqual([
    { name: "10s/5s", window: sliding, sinks: [topic, points] },
    { name: "bars", window: bars, sinks: [channel, points] },
  ]);
});
