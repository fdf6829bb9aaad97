import type { FaultKind } from "#local/misbehaviour/fault-kind.ts";
import { isEqual, type Comparison } from "./compare.ts";

export interface FaultOutcome {
  readonly kind: FaultKind;
  readonly askedFor: number;
  readonly injected: number;
}

/** What came of a run. */
export interface ChaosOutcome {
  /** The command line that repeats it. */
  readonly again: string;
  readonly faults: readonly FaultOutcome[];
  readonly trades: {
    readonly sent: number;
    readonly folded: number;
    /** Not folded, as their frame had been before. */
    readonly duplicates: number;
    readonly late: number;
    readonly disordered: number;
    readonly datedBack: number;
  };
  /** Records that can be no trade. */
  readonly rejected: { readonly put: number; readonly kept: number };
  readonly correctedBars: number;
  readonly store: Comparison;
  readonly client: Comparison & { readonly sockets: number };
  readonly seconds: number;
}

/** What is wrong, a sentence each; none when the run went well. */
export const problemsOf = ({ faults, trades, rejected, store, client }: ChaosOutcome): readonly string[] => {
  const problems: string[] = [];
  for (const { kind, askedFor, injected } of faults) {
    if (injected < askedFor)
      problems.push(
        `the fault ${kind} must be injected ${askedFor} times, was ${injected}: a longer run may have room`,
      );
  }
  if (trades.folded !== trades.sent)
    problems.push(`the trades folded must be those sent, ${trades.sent}, were ${trades.folded}`);
  if (rejected.kept !== rejected.put)
    problems.push(`the records set aside must be those put, ${rejected.put}, were ${rejected.kept}`);
  for (const [place, comparison] of [
    ["in the store", store],
    ["at the client", client],
  ] as const) {
    const { compared, expected, unequal } = comparison;
    if (compared === 0) problems.push(`bars must have been compared ${place}, none was`);
    if (!isEqual(comparison))
      problems.push(
        `the bars ${place} must be those of the oracle, ${unequal.length} are not (${compared} of ${expected} are there)`,
      );
  }
  return problems;
};
