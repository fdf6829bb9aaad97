import { createRandom } from "#core/random.ts";
import type { FaultKind } from "./fault-kind.ts";

/** A fault and its place. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /**
   * It is injected at the first occasion after so many records were delivered for the first time, over all shards of the
   * stream, counted from 1; what concerns entries put into the stream, after so many were put.
   */
  readonly atRecord: number;
  /** Of the choices that the fault itself makes. */
  readonly seed: number;
}

export interface FaultPlan {
  /** By `atRecord`. */
  readonly faults: readonly PlannedFault[];
}

export interface FaultPlanOptions {
  readonly seed: number;
  /** How often each kind is wanted. */
  readonly counts: Readonly<Partial<Record<FaultKind, number>>>;
  /** The faults are spread over the first so many records. */
  readonly records: number;
}

/** Places the faults at random; the same options give the same plan. */
export const planFaults = ({ seed, counts, records }: FaultPlanOptions): FaultPlan => {
  const random = createRandom(seed);
  const faults = Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, () => ({
      kind: kind as FaultKind,
      atRecord: 1 + Math.floor(random() * records),
      seed: Math.floor(random() * 2 ** 32),
    })),
  );
  return { faults: faults.toSorted((a, b) => a.atRecord - b.atRecord) };
};
