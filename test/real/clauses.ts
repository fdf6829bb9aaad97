import type { FaultKind } from "#local/misbehaviour/fault-kind.ts";

/** What producers do. */
export interface TrafficRules {
  /** How far trades step back in time, at most. */
  readonly latenessMs: number;
  /** Whether frames come again under new sequence numbers, in another order. */
  readonly isRepeated: boolean;
  /** Whether the fetcher replays a file meanwhile. */
  readonly isFetched: boolean;
}

/** One clause of the promise: what may happen, and yet every bar is that of sorting all trades and folding them once. */
export interface Clause {
  readonly name: string;
  readonly traffic: TrafficRules;
  /** Shards that the stream may begin with. */
  readonly shards: readonly number[];
  readonly isWindowed: boolean;
  /** How often each fault is injected. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
}

const HOUR_MS = 3_600_000;
const IN_ORDER: TrafficRules = { latenessMs: 0, isRepeated: false, isFetched: false };
const UNORDERLY: TrafficRules = { latenessMs: 3 * HOUR_MS, isRepeated: true, isFetched: false };

const clause = (name: string, faults: Clause["faults"], given: Partial<Clause> = {}): Clause => ({
  name,
  traffic: { ...IN_ORDER, latenessMs: 2_000 },
  shards: [2],
  isWindowed: true,
  faults,
  ...given,
});

const STORE_FAULTS: Clause["faults"] = {
  "throttle-stream": 2,
  "throttle-store": 2,
  "refuse-items": 2,
  "refuse-updates": 1,
  "lose-store-answer": 2,
  "slow-store": 1,
};

const DELIVERY_FAULTS: Clause["faults"] = {
  redeliver: 1,
  "take-part": 1,
  "cut-elsewhere": 1,
  "redeliver-old": 1,
  "drop-response": 1,
  "time-out": 1,
  kill: 1,
  "throttle-invocation": 1,
  "skew-clock": 1,
};

const WINDOW_FAULTS: Clause["faults"] = { "lose-state": 1, "garble-state": 1, "stale-state": 1, "end-early": 1 };

const EVERY_FAULT: Clause["faults"] = {
  ...STORE_FAULTS,
  ...DELIVERY_FAULTS,
  ...WINDOW_FAULTS,
  "recreate-mapping": 1,
  "recreate-mapping-ahead": 1,
  "second-mapping": 1,
  "split-shard": 1,
  "merge-shards": 1,
  "poison-record": 3,
  "refuse-entries": 1,
  "refuse-taken-entries": 2,
};

/** The clauses of DESIGN section 3, each alone, and then all at once. */
export const CLAUSES: readonly Clause[] = [
  clause("every fault at once", EVERY_FAULT, { traffic: UNORDERLY, shards: [1, 2, 3] }),
  clause(
    "every fault at once, without a window",
    {
      ...EVERY_FAULT,
      ...Object.fromEntries(Object.keys(WINDOW_FAULTS).map((kind) => [kind, 0])),
      "recreate-mapping-ahead": 0,
    },
    { traffic: UNORDERLY, isWindowed: false },
  ),
  clause("disorder", {}, { traffic: { ...IN_ORDER, latenessMs: 5 * HOUR_MS } }),
  clause(
    "producer retry",
    { "refuse-entries": 4, "refuse-taken-entries": 6, "throttle-stream": 2 },
    { traffic: { ...IN_ORDER, isRepeated: true, isFetched: true } },
  ),
  clause("redelivery", { redeliver: 4, "redeliver-old": 4, "drop-response": 2 }),
  clause("batch boundary", { "take-part": 5, "cut-elsewhere": 5, "drop-response": 2 }),
  clause("shard count", {}, { shards: [1, 2, 3, 4] }),
  clause(
    "producer crash",
    { "kill-producer": 1, "refuse-taken-entries": 3 },
    { traffic: { ...IN_ORDER, isRepeated: true, isFetched: true } },
  ),
  clause(
    "reshard",
    { "split-shard": 3, "merge-shards": 3, "refuse-taken-entries": 4 },
    { shards: [1, 2], traffic: { ...IN_ORDER, isRepeated: true } },
  ),
  clause("early window end", { "end-early": 8 }),
  clause("crash", { ...STORE_FAULTS, kill: 6, "throttle-invocation": 2, "lose-state": 3 }),
  clause("zombie", { "time-out": 6, "second-mapping": 1 }),
  clause("restart or replay", { "recreate-mapping": 3, "recreate-mapping-ahead": 2 }),
  clause("restart or replay, reshard", {
    "recreate-mapping": 2,
    "recreate-mapping-ahead": 4,
    "split-shard": 3,
    "merge-shards": 3,
  }),
  clause("lost state", { "lose-state": 3, "garble-state": 3, "stale-state": 4, kill: 2, "time-out": 2 }),
  clause(
    "clocks differ",
    { "skew-clock": 4, "skew-producer-clock": 1, kill: 2, "lose-state": 2 },
    { traffic: { ...IN_ORDER, isFetched: true } },
  ),
  clause("poison", { "poison-record": 12 }, { shards: [1, 2] }),
];
