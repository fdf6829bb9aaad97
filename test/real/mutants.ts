import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clause } from "./clauses.ts";

/** The aggregator with one safeguard removed, and what then goes wrong. */
export interface Mutant {
  readonly name: string;
  /** In the bundle, what is found once and what it becomes. */
  readonly edit: readonly [string, string];
  readonly clause: Clause;
}

/** Only the aggregator's bundle holds this. */
const MARK = "await refill(ports,";

const clause = (faults: Clause["faults"], isRepeated = false): Clause => ({
  name: "a safeguard is removed",
  traffic: { latenessMs: 2_000, isRepeated, isFetched: false },
  shards: [2],
  isWindowed: true,
  faults,
});

export const MUTANTS: readonly Mutant[] = [
  {
    name: "the frames seen",
    edit: ["!this.#seen.add(producer, number)", "(this.#seen.add(producer, number), false)"],
    clause: clause({ "refuse-taken-entries": 4 }, true),
  },
  {
    name: "the write condition",
    edit: [
      "attribute_not_exists(#register) OR #register < :mine",
      "attribute_not_exists(#register) OR #register < :mine OR #register >= :mine",
    ],
    clause: clause({ "redeliver-old": 10 }),
  },
  { name: "the refill", edit: [MARK, "await void (ports,"], clause: clause({ "lose-state": 8 }) },
  {
    name: "the read of the stored row",
    edit: ["this.#held.unreadKeys(step, this.#newestStoredMs)", "[]"],
    clause: clause({ "end-early": 8 }),
  },
  {
    name: "what the parents of a shard have seen",
    edit: ["seen.addAll(inherited)", "void inherited"],
    clause: clause({ "split-shard": 3, "merge-shards": 2, "refuse-taken-entries": 6 }, true),
  },
];

/** A copy of the app in `dir`, in `to`, with the mutant's bundle. */
export const mutate = async (dir: string, to: string, mutant: Mutant): Promise<string> => {
  await cp(dir, to, { recursive: true });
  let changed = 0;
  for (const name of (await readdir(to)).filter((file) => file.startsWith("asset."))) {
    const file = join(to, name, "index.mjs");
    const bundle = await readFile(file, "utf8").catch(() => "");
    if (!bundle.includes(MARK)) continue;
    await writeFile(file, edited(bundle, mutant.edit));
    changed++;
  }
  if (changed !== 1) throw new RangeError(`one bundle must be the aggregator's, were ${changed}`);
  return to;
};

const edited = (bundle: string, [from, to]: readonly [string, string]): string => {
  const parts = bundle.split(from);
  if (parts.length !== 2)
    throw new RangeError(`the bundle must hold "${from}" once, held it ${parts.length - 1} times`);
  return parts.join(to);
};
