import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FAULT_CLASSES, type FaultClass } from "./faults.ts";
import { runModel } from "./run.ts";

/** Runs per fault class; `MODEL_RUNS=1000 npx vitest run test/model` looks longer. */
const runs = Number(process.env["MODEL_RUNS"] ?? 60);

/** Runs that once went wrong: fault class by name, seed, records. */
const EXAMPLES: readonly { readonly name: string; readonly seed: number; readonly records: number }[] = [
  // A closed shard was passed over: nobody stored what its last life had taken.
  { name: "mapping re-created past the open life, reshard", seed: 1_504_916_471, records: 23 },
];

/** Whether trades may be told of before they are stored, and then be lost: a state goes, and so do their records. */
const canUnsay = ({ faults }: FaultClass): boolean => faults.includes("expire") && faults.includes("loseState");

describe.each(FAULT_CLASSES)("panes folded by $transport: $name", (faultClass) => {
  test(
    "the bars in the store are those of sorting all trades and folding them once",
    { timeout: runs * 2_000 },
    async () => {
      const examples = EXAMPLES.filter(({ name }) => name === faultClass.name).map(
        ({ seed, records }): [number, number] => [seed, records],
      );
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 2 ** 31 }),
          fc.integer({ min: 1, max: 24 }),
          async (seed, records) => {
            const { panes, expectedPanes, stored, heard, expected, counted, landed, symbols } = await runModel(
              faultClass,
              seed,
              records,
            );
            expect(stored).toEqual(expected);
            if (!canUnsay(faultClass)) expect(heard).toEqual(expected);
            expect(panes).toEqual(expectedPanes);
            expect(counted).toEqual(landed);
            expect(symbols.known).toEqual(symbols.traded);
          },
        ),
        { numRuns: runs, examples },
      );
    },
  );
});
