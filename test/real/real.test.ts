import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAULT_KINDS, SOCKET_FAULTS, type FaultKind } from "#local/misbehaviour/fault-kind.ts";
import { CLAUSES, type Clause } from "./clauses.ts";
import { mutate, MUTANTS } from "./mutants.ts";
import { runReal } from "./run.ts";
import { openVariants, type Variants } from "./variants.ts";

/**
 * By default a few seeds of everything at once. `REAL_RUNS=100` takes so many, clause after clause; `REAL_SEED=123` takes
 * that seed alone, and `REAL_CLAUSE="crash"` that clause alone.
 */
const { REAL_RUNS, REAL_SEED, REAL_CLAUSE } = process.env;

interface Run {
  readonly clause: Clause;
  readonly name: string;
  readonly seed: number;
}

const runOf = (clause: Clause, seed: number): Run => ({ clause, name: clause.name, seed });

const runsOf = (): readonly Run[] => {
  const clauses = CLAUSES.filter(({ name }) => REAL_CLAUSE === undefined || name === REAL_CLAUSE);
  if (REAL_SEED !== undefined) return clauses.map((clause) => runOf(clause, Number(REAL_SEED)));
  if (REAL_RUNS !== undefined)
    return Array.from({ length: Number(REAL_RUNS) }, (_, i) => runOf(clauses[i % clauses.length]!, i + 1));
  if (REAL_CLAUSE !== undefined) return clauses.flatMap((clause) => [1, 2, 3].map((seed) => runOf(clause, seed)));
  const [everything, windowless] = CLAUSES;
  return [runOf(everything!, 1), runOf(everything!, 2), runOf(windowless!, 3)];
};

/** A mutant must be found out by one of so many seeds. */
const MUTANT_SEEDS = 5;
const runs = runsOf();
const isWhole = REAL_SEED === undefined && REAL_CLAUSE === undefined;
const mutants = REAL_RUNS === undefined ? MUTANTS.slice(0, 1) : MUTANTS;
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

  if (!isWhole) return;

  test.concurrent.for(mutants)("stores other bars without a safeguard: $name", { timeout: 120_000 }, async (mutant) => {
    const [shards] = mutant.clause.shards;
    const to = join(variants.assembly.dir, "..", `mutant ${mutant.name}`);
    const dir = await mutate(await variants.dir(shards!, true), to, mutant);
    for (let seed = 1; seed <= MUTANT_SEEDS; seed++) {
      const { stored, expected } = await runReal(dir, mutant.clause, seed);
      if (stored.join("\n") !== expected.join("\n")) return;
    }
    expect.unreachable(`${MUTANT_SEEDS} seeds must tell that a safeguard is missing, told nothing`);
  });

  test("met every fault that was asked for", () => {
    const askedFor = (clauses: readonly Clause[]): ReadonlySet<string> =>
      new Set(clauses.flatMap(({ faults }) => Object.keys(faults).filter((kind) => faults[kind as FaultKind]! > 0)));
    expect(new Set(injected.keys())).toEqual(askedFor(runs.map(({ clause }) => clause)));
    expect(askedFor(CLAUSES)).toEqual(new Set(FAULT_KINDS.filter((kind) => !SOCKET_FAULTS.includes(kind))));
  });
});
