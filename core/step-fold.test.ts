import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryRow, columnsOf, type Row } from "#test/arbitraries/rows.ts";
import { contentOfRows } from "./fold-rows.ts";
import { Accumulator } from "./fold.ts";
import { HeldPanes } from "./held-panes.ts";
import { StepFold } from "./step-fold.ts";
import { durationMs, sequenceNumber } from "./units.ts";

/** Every 40 s is a window of 40 s, four of 10 s and, beside them, one of 15 s and parts of others. */
const INTERVALS = [40_000, 10_000, 15_000, 60_000].map(durationMs);

const trades = fc.array(
  arbitraryRow.chain((row) => fc.integer({ min: -70_000, max: 130_000 }).map((time): Row => ({ ...row, time }))),
  { minLength: 1, maxLength: 20 },
);

test("every interval's windows hold the fold of their trades, multiples of shorter intervals or not", () => {
  fc.assert(
    fc.property(trades, (rows) => {
      const columns = columnsOf(rows);
      const step = new StepFold(INTERVALS);
      step.fold(columns, 0);
      expect(step.sources.map(({ intervalMs }) => intervalMs)).toEqual([10_000, 15_000, 10_000, 15_000]);
      const held = new HeldPanes("shardId-000000000000", INTERVALS, columns.symbols);
      held.add(step, sequenceNumber("1"), () => step);
      const contents = new Map(
        held.panes("in-life", sequenceNumber("1")).map((pane) => [`${pane.intervalMs} ${pane.startMs}`, pane.content]),
      );
      const folds = new Map<string, Accumulator>();
      for (const run of columns.runs) {
        for (let row = run.from; row < run.to; row++) {
          for (const intervalMs of INTERVALS) {
            const startMs = Math.floor(columns.eventTimeMs[row]! / intervalMs) * intervalMs;
            const fold = folds.get(`${intervalMs} ${startMs}`) ?? new Accumulator();
            fold.add(contentOfRows(columns, run, row, row + 1));
            folds.set(`${intervalMs} ${startMs}`, fold);
          }
        }
      }
      expect(contents).toEqual(new Map([...folds].map(([key, fold]) => [key, fold.content()])));
    }),
    { numRuns: 300 },
  );
});
