import type { EmitCloudEvent } from "../cloud-event.ts";
import type { FaultKind } from "./fault-kind.ts";
import type { FaultPlan, PlannedFault } from "./fault-plan.ts";

/** The faults of a plan that are still to be injected. */
export class FaultQueue {
  readonly #emit: EmitCloudEvent;
  #waiting: readonly PlannedFault[];
  readonly #underWay = new Set<PlannedFault>();

  constructor({ faults }: FaultPlan, emit: EmitCloudEvent) {
    this.#waiting = faults.toSorted((a, b) => a.atRecord - b.atRecord);
    this.#emit = emit;
  }

  /** What was asked for and has not been injected. */
  get pending(): readonly PlannedFault[] {
    return [...this.#underWay, ...this.#waiting];
  }

  /** Takes out the first fault that is due after `record` records and can be injected now. */
  take(record: number, canInject: (kind: FaultKind) => boolean): PlannedFault | undefined {
    const fault = this.#waiting.find(({ kind, atRecord }) => atRecord <= record && canInject(kind));
    if (fault === undefined) return undefined;
    this.#waiting = this.#waiting.filter((other) => other !== fault);
    this.#underWay.add(fault);
    return fault;
  }

  /** Puts a fault that could not be injected after all behind the others. */
  postpone(fault: PlannedFault): void {
    if (this.#underWay.delete(fault)) this.#waiting = [...this.#waiting, fault];
  }

  /** Tells of a fault that was taken out and has been injected. */
  injected(fault: PlannedFault): void {
    if (this.#underWay.delete(fault))
      this.#emit({ kind: "fault-injected", fault: fault.kind, atRecord: fault.atRecord });
  }
}
