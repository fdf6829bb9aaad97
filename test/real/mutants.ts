import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clause } from "./clauses.ts";

/** The aggregator with one safeguard removed, and what then goes wrong. */
export interface Mutant {
  readonly name: string;
  /** In the bundle, found once. */
  readonly from: string;
  readonly to: string;
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
    name: "the write condition",
    from: "attribute_not_exists(#register) OR #register < :mine",
    to: "attribute_not_exists(#register) OR #register < :mine OR #register >= :mine",
    clause: clause({ "redeliver-old": 10 }),
  },
  {
    name: "the frames seen",
    from: "!this.#seen.add(producer, number)",
    to: "(this.#seen.add(producer, number), false)",
    clause: clause({ "refuse-taken-entries": 4 }, true),
  },
  { name: "the refill", from: MARK, to: "await void (ports,", clause: clause({ "lose-state": 8 }) },
  {
    name: "the read of the stored row",
    from: "this.#held.unreadKeys(columns, this.#newestStoredMs)",
    to: "[]",
    clause: clause({ "end-early": 8 }),
  },
  {
    name: "what the parents of a shard have seen",
    from: "seen.addAll(checkpoint ?",
    to: "void (checkpoint ?",
    clause: clause({ "split-shard": 3, "merge-shards": 2, "refuse-taken-entries": 6 }, true),
  },
  {
    name: "the checkpoint comes last",
    from: "await this.#ports.panes.put(panes)",
    to: `await this.#ports.checkpoints.put({
      stream: this.#stream,
      shard: this.#shard,
      last,
      seen: this.#seen.toBytes(),
      newestEventTimeMs: this.#newestEventTimeMs,
      counts: { ...this.#counts },
    }).then(() => this.#ports.panes.put(panes))`,
    clause: clause({ kill: 12, "lose-state": 12 }),
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
    const parts = bundle.split(mutant.from);
    if (parts.length !== 2)
      throw new RangeError(`the bundle must hold "${mutant.from}" once, held it ${parts.length - 1} times`);
    await writeFile(file, parts.join(mutant.to));
    changed++;
  }
  if (changed !== 1) throw new RangeError(`one bundle must be the aggregator's, were ${changed}`);
  return to;
};
