import fc from "fast-check";
import { contentOfRows } from "#core/fold-rows.ts";
import { Accumulator } from "#core/fold.ts";
import { windowStart } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { arbitraryRow, columnsOf } from "./rows.ts";

const START = 1_381_132_800_000;
const positions = ["7", "8", "49590338271490256608559692538361571095921575989136588898"].map(sequenceNumber);

/** Panes that trades have made: short intervals and long ones of one symbol, which have much in common. */
export const tradedPanes: fc.Arbitrary<readonly Pane[]> = fc
  .array(
    fc.record({
      symbol: fc.constantFrom("IBM", "BRK.A", "EUR/USD"),
      rows: fc.array(arbitraryRow, { minLength: 1, maxLength: 5 }),
      position: fc.constantFrom(...positions),
      isCorrected: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((groups) =>
    groups.flatMap(({ symbol, rows, position, isCorrected }) =>
      [1_000, 10_000, 60_000].map((sizeMs): Pane => {
        const columns = columnsOf(rows.map((row) => ({ ...row, time: START + (row.time % 5) * 100 })));
        return {
          symbol,
          intervalMs: durationMs(sizeMs),
          startMs: windowStart(epochMs(START), durationMs(sizeMs)),
          shard: "shardId-000000000000",
          lastSequence: position,
          isCorrected,
          content: contentOf(columns),
        };
      }),
    ),
  );

const contentOf = (columns: TradeColumns) => {
  const accumulator = new Accumulator();
  for (const run of columns.runs) accumulator.add(contentOfRows(columns, run, run.from, run.to));
  return accumulator.content();
};
