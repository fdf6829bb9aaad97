import type { BarSink } from "#core/ports/bar-sink.ts";
import { slidingWindowText } from "#core/sliding-window.ts";
import type { FinalBars } from "./final-bars.ts";
import { isTumbling, type PublishedWindow } from "./published-window.ts";
import type { BarPlace } from "./sinks.ts";
import { BARS } from "./standing.ts";

/** The bars of one kind of window, and where they go. */
export interface Publication {
  /** By which it is known how far they are handed over: {@link BARS}, or like `10s/5s`. */
  readonly name: string;
  readonly window: PublishedWindow;
  readonly bars: FinalBars;
  readonly sinks: readonly BarSink[];
}

/** What `places` get, each kind of window once. */
export const publicationsOf = (
  places: readonly BarPlace[],
  finalBarsOf: (window: PublishedWindow) => FinalBars,
): readonly Publication[] => {
  const handed = places.flatMap(({ windows, sink }) => windows.map((window) => ({ window, sink })));
  const byName = Map.groupBy(handed, ({ window }) => nameOf(window));
  return [...byName].map(([name, own]) => {
    const { window } = own[0]!;
    return { name, window, bars: finalBarsOf(window), sinks: own.map(({ sink }) => sink) };
  });
};

/** There is one kind of tumbling window; when another is chosen, it goes on from where the last one ended. */
const nameOf = (window: PublishedWindow): string => (isTumbling(window) ? BARS : slidingWindowText(window));
