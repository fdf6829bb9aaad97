import { number } from "../output.ts";
import type { Comparison } from "./compare.ts";
import { problemsOf, type ChaosOutcome } from "./outcome.ts";

const SHOWN_BARS = 3;

/** The outcome as a table for people. */
export const tableOf = (outcome: ChaosOutcome): string => {
  const { faults, trades, rejected, store, client, correctedBars, seconds } = outcome;
  const sum = (of: "askedFor" | "injected"): number => faults.reduce((total, fault) => total + fault[of], 0);
  const rows: readonly (readonly [string, string])[] = [
    [
      "trades sent",
      `${number(trades.sent)} (${number(trades.disordered)} behind a later one, ${number(trades.datedBack)} by hours)`,
    ],
    ["trades folded", `${number(trades.folded)} in ${seconds.toFixed(1)} s`],
    ["duplicates dropped", number(trades.duplicates)],
    ["late", number(trades.late)],
    ["corrected bars", number(correctedBars)],
    ["rejected records", `${number(rejected.kept)} of ${number(rejected.put)} put`],
    ["client's sockets", number(client.sockets)],
    ["bars in the store", comparisonText(store)],
    ["bars at the client", comparisonText(client)],
  ];
  return [
    `${"fault".padEnd(26)}${"asked for".padStart(10)}${"injected".padStart(10)}`,
    ...faults.map(
      ({ kind, askedFor, injected }) =>
        `${kind.padEnd(26)}${String(askedFor).padStart(10)}${String(injected).padStart(10)}`,
    ),
    `${"all".padEnd(26)}${String(sum("askedFor")).padStart(10)}${String(sum("injected")).padStart(10)}`,
    "",
    ...rows.map(([name, value]) => `${name.padEnd(20)}${value}`),
    ...unequalLines("store", store),
    ...unequalLines("client", client),
    "",
    ...problemsOf(outcome).map((problem) => `WRONG: ${problem}`),
    `again: ${outcome.again}`,
  ].join("\n");
};

/** The outcome as JSON, with what is wrong. */
export const jsonOf = (outcome: ChaosOutcome): string => {
  const problems = problemsOf(outcome);
  return `${JSON.stringify({ isEqual: problems.length === 0, problems, ...outcome }, undefined, 2)}\n`;
};

const comparisonText = ({ compared, expected, unequal }: Comparison): string =>
  `${number(compared)} of ${number(expected)} compared, ${number(unequal.length)} unequal`;

const unequalLines = (place: string, { unequal }: Comparison): readonly string[] =>
  unequal
    .slice(0, SHOWN_BARS)
    .flatMap(({ bar, found, expected }) => [
      `unequal: ${bar}`,
      `  ${place.padEnd(7)} ${found ?? "no such bar"}`,
      `  oracle  ${expected ?? "no such bar"}`,
    ]);
