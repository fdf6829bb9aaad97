import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { csvOf } from "#core/bar-csv.ts";
import type { Bar } from "#core/bar.ts";
import { epochMs } from "#core/units.ts";
import type { AggregatorConfig } from "#lambdas/aggregator/config.ts";
import { readBars } from "../../cli/read-bars.ts";
import { SPAN, SYMBOLS } from "./trades.ts";

/** The rows of all bars in the store that this process's environment names, in the order of the oracle's. */
export const storedRows = async ({ panesTable, intervals }: AggregatorConfig): Promise<readonly string[]> => {
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const storedMs = intervals.map(({ intervalMs }) => intervalMs);
  const bars: Bar[] = [];
  for (const symbol of SYMBOLS) {
    for (const intervalMs of storedMs) {
      const [fromMs, toMs] = [epochMs(SPAN.fromMs - intervalMs), epochMs(SPAN.toMs + intervalMs)];
      bars.push(...(await readBars(panes, storedMs, { symbol, intervalMs, fromMs, toMs })));
    }
  }
  return csvOf(bars).trimEnd().split("\n").slice(1);
};
