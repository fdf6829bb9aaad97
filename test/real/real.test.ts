import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAULT_KINDS, type FaultKind } from "#local/misbehaviour/fault-kind.ts";
import { CLAUSES, type Clause } from "./clauses.ts";
import { runReal } from "./run.ts";
import { openVariants, type Variants } from "./variants.ts";

/**
 * Seeds per clause: a few of those in which everything happens at once, or `REAL_RUNS` of each, in turn, up to that
 * number. `REAL_SEED=123` runs that seed alone, `REAL_CLAUSE="crash"` one clause alone.
 */
const { REAL_RUNS, REAL_SEED, REAL_CLAUSE } = process.env;

interface Run {
  readonly clause: Clause;
  readonly name: string;
  readonly seed: number;
}

const [everything, ...others] = CLAUSES;

const runsOf = (): readonly Run[] => {
  const clauses = CLAUSES.filter(({ name }) => REAL_CLAUSE === undefined || name === REAL_CLAUSE);
  const run = (clause: Clause, seed: number): Run => ({ clause, name: clause.name, seed });
  if (REAL_SEED !== undefined) return clauses.map((clause) => run(clause, Number(REAL_SEED)));
  if (REAL_RUNS !== undefined || REAL_CLAUSE !== undefined)
    return Array.from({ length: Number(REAL_RUNS ?? 10) }, (_, i) => run(clauses[i % clauses.length]!, i + 1));
  return [run(everything!, 1), run(everything!, 2), run(others[0]!, 3)];
};

const runs = runsOf();
const injected = new Map<FaultKind, number>();
let variants: Variants;

beforeAll(async () => {
  variants = await openVariants();
});

afterAll(() => variants[Symbol.asyncDispose]());

describe("the real app on real engines", () => {
  test.concurrent.for(runs)(
    "stores the bars of sorting all trades and folding them once: $name, seed $seed",
    { timeout: 120_000 },
    async ({ clause, name, seed }) => {
      const shards = clause.shards[seed % clause.shards.length]!;
      const outcome = await runReal(await variants.dir(shards, clause.isWindowed), clause, seed);
      for (const kind of outcome.injected) injected.set(kind, (injected.get(kind) ?? 0) + 1);
      const again = `again: REAL_SEED=${seed} REAL_CLAUSE="${name}" npx vitest run test/real`;
      expect(outcome.expected.length, again).toBeGreaterThan(0);
      expect(outcome.stored, again).toEqual(outcome.expected);
      expect(outcome.counted, again).toEqual(outcome.landed);
      expect(outcome.pending, again).toEqual([]);
    },
  );

  test.skipIf(REAL_SEED !== undefined || REAL_CLAUSE !== undefined)("met every kind of fault on the way", () => {
    expect(FAULT_KINDS.filter((kind) => !injected.has(kind))).toEqual([]);
  });
});
