import { MAX_FAULTS, type Fault, type RejectionReason } from "./trade.ts";

/** The faults of one record: all counted, the first so many named, whatever the record. */
export class FaultTally {
  readonly faults: Fault[] = [];
  count = 0;
  readonly #most: number;

  constructor(most = MAX_FAULTS) {
    this.#most = most;
  }

  /** Whether further faults are only counted, so that nobody need find out their reasons. */
  get isFull(): boolean {
    return this.count >= this.#most;
  }

  /** Adds a fault; those of a record come by index. */
  add(index: number, reason: RejectionReason): void {
    if (!this.isFull) this.faults.push({ index, reason });
    this.count++;
  }
}
