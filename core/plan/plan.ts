import { alternativesOf, type Alternative } from "./alternatives.ts";
import type { Bill } from "./bill.ts";
import { capacityOf, type Capacity } from "./capacity.ts";
import { costOf, idleCostOf, pausedCostOf, standingShardsOf } from "./cost.ts";
import type { PlanLoad } from "./load.ts";
import { notesOf } from "./notes.ts";

/** What a load needs, what a month of it costs, and what the same trades cost otherwise. */
export interface Plan {
  readonly load: PlanLoad;
  readonly capacity: Capacity;
  readonly bill: Bill;
  /** A month in which nothing trades, without what is stored. */
  readonly idle: Bill;
  /** A month in which it is paused, without what is stored. */
  readonly paused: Bill;
  readonly alternatives: readonly Alternative[];
  /** What is unusual, in sentences. */
  readonly notes: readonly string[];
}

/** The plan for `load`: a pure function of it. */
export const planOf = (load: PlanLoad): Plan => {
  const capacity = capacityOf(load);
  return {
    load,
    capacity,
    bill: costOf(load, capacity),
    idle: idleCostOf(load, capacity),
    paused: pausedCostOf(standingShardsOf(load, capacity)),
    alternatives: alternativesOf(load, capacity),
    notes: notesOf(load, capacity),
  };
};
