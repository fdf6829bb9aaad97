import type { BarSink } from "#core/ports/bar-sink.ts";
import { slidingWindowText } from "#core/sliding-window.ts";
import type { FinalBars } from "./final-bars.ts";
import { isTumbling, type PublishedWindow } from "./published-window.ts";
import type { BarPlace } from "./sinks.ts";

/** The bars of one kind of window that one place gets. */
export interface Publication {
  /** By which it is known how far they are handed over: like `redis bars`, or `influx 10s/5s`. */
  readonly name: string;
  readonly window: PublishedWindow;
  /** This publication's own: they know which bars the place has. */
  readonly bars: FinalBars;
  readonly sink: BarSink;
}

/** What `places` get, each of them each of its kinds of window. */
export const publicationsOf = (
  places: readonly BarPlace[],
  finalBarsOf: (window: PublishedWindow) => FinalBars,
): readonly Publication[] =>
  places.flatMap(({ name, windows, sink }) =>
    windows.map((window) => ({ name: `${name} ${textOf(window)}`, window, bars: finalBarsOf(window), sink })),
  );

/** There is one kind of tumbling window; when another is chosen, it goes on from where the last one ended. */
const textOf = (window: PublishedWindow): string => (isTumbling(window) ? "bars" : slidingWindowText(window));
