import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryRow, columnsOf, type Row } from "#test/arbitraries/rows.ts";
import { CELL } from "./content-cells.ts";
import { contentOfRows } from "./fold-rows.ts";
import { Accumulator } from "./fold.ts";
import { StepFold } from "./step-fold.ts";
import { durationMs } from "./units.ts";

const { start: START, stride: STRIDE } = CELL;

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
      step.cascade();
      expect(step.tables.map(({ intervalMs }) => intervalMs)).toEqual([10_000, 15_000, 40_000, 60_000]);
      for (const { intervalMs, rows: contents } of step.tables) {
        const folds = new Map<number, Accumulator>();
        for (const run of columns.runs) {
          for (let row = run.from; row < run.to; row++) {
            const startMs = Math.floor(columns.eventTimeMs[row]! / intervalMs) * intervalMs;
            const fold = folds.get(startMs) ?? new Accumulator();
            fold.add(contentOfRows(columns, run, row, row + 1));
            folds.set(startMs, fold);
          }
        }
        const starts = Array.from({ length: contents.count }, (_, row) => contents.cells[row * STRIDE + START]!);
        expect(starts.toSorted((a, b) => a - b)).toEqual([...folds.keys()].toSorted((a, b) => a - b));
        starts.forEach((startMs, row) => expect(contents.content(row)).toEqual(folds.get(startMs)!.content()));
      }
    }),
    { numRuns: 300 },
  );
});
