import type { Bar } from "#core/bar.ts";
import { barsOf } from "#core/bars.ts";
import { durationMs } from "#core/units.ts";
import { pane } from "./pane-fixture.ts";

/** Bars of IBM by the minute from `startMs` on, one for each close in cents above a dollar, which is also its trade count. */
export const barsAt = (startMs: number, ...closes: readonly number[]): readonly Bar[] =>
  barsOf(
    closes.map((last, index) => pane({ startMs: startMs + index * 60_000, last })),
    durationMs(60_000),
  );
