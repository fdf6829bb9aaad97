import { expect, test } from "vitest";
import { problemsOf, type ChaosOutcome } from "./outcome.ts";
import { jsonOf, tableOf } from "./report.ts";

const equal = { compared: 2, expected: 2, unequal: [] };

const good: ChaosOutcome = {
  again: "npm run chaos -- --seed 1 --for 60",
  faults: [{ kind: "kill", askedFor: 2, injected: 2 }],
  trades: { sent: 10, folded: 10, duplicates: 3, late: 2, disordered: 4, datedBack: 1 },
  rejected: { put: 3, kept: 3 },
  correctedBars: 1,
  store: equal,
  client: { ...equal, sockets: 3 },
  seconds: 61.2,
};

test("a run went well when all faults were met, all trades folded and all bars are equal", () => {
  expect(problemsOf(good)).toEqual([]);
  expect(tableOf(good)).toContain("bars at the client  2 of 2 compared, 0 unequal");
  expect(JSON.parse(jsonOf(good))).toEqual({ isEqual: true, problems: [], ...good });
});

test.each<[string, Partial<ChaosOutcome>, string]>([
  [
    "a fault was not met",
    { faults: [{ kind: "kill", askedFor: 2, injected: 1 }] },
    "the fault kill must be injected 2",
  ],
  ["a trade is lost", { trades: { ...good.trades, folded: 9 } }, "the trades folded must be those sent, 10, were 9"],
  ["a record was not set aside", { rejected: { put: 3, kept: 2 } }, "the records set aside must be those put, 3"],
  ["a bar is missing", { store: { ...equal, compared: 1 } }, "the bars in the store must be those of the oracle"],
  ["nothing was compared", { store: { compared: 0, expected: 0, unequal: [] } }, "bars must have been compared"],
  [
    "a bar of the client's differs",
    {
      client: { ...equal, sockets: 1, unequal: [{ bar: "IBM,10s,0", found: "IBM,10s,0,…", expected: "IBM,10s,0,.." }] },
    },
    "the bars at the client must be those of the oracle, 1 are not",
  ],
])("a run did not go well when %s", (_, change, problem) => {
  const outcome = { ...good, ...change };
  expect(problemsOf(outcome)).toHaveLength(1);
  expect(problemsOf(outcome)[0]).toContain(problem);
  expect(tableOf(outcome)).toContain(`WRONG: ${problem}`);
  for (const { found } of outcome.client.unequal) expect(tableOf(outcome)).toContain(`client  ${found}`);
});
