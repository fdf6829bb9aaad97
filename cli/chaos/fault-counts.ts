import type { FaultKind } from "#local/misbehaviour/fault-kind.ts";

/** A run gets another round of faults each so many seconds. */
const ROUND_SECONDS = 30;
/** What adds up: each further mapping reads the stream from its beginning, and each split leaves one more shard. */
const AT_MOST: Readonly<Partial<Record<FaultKind, number>>> = {
  "second-mapping": 1,
  "recreate-mapping": 3,
  "recreate-mapping-ahead": 3,
  "split-shard": 4,
  "merge-shards": 4,
  "lose-socket": 6,
  "gone-connection": 2,
};
/** In each round; one of any other kind. */
const PER_ROUND: Readonly<Partial<Record<FaultKind, number>>> = { "poison-record": 3, "lose-socket": 2 };

/** How often each kind of fault is asked for. */
export const faultCounts = (kinds: readonly FaultKind[], seconds: number): Partial<Record<FaultKind, number>> => {
  const rounds = Math.max(1, Math.floor(seconds / ROUND_SECONDS));
  return Object.fromEntries(
    kinds.map((kind) => [kind, Math.min(rounds * (PER_ROUND[kind] ?? 1), AT_MOST[kind] ?? Number.POSITIVE_INFINITY)]),
  );
};
