import type { FaultKind } from "#local/misbehaviour/fault-kind.ts";
import type { FaultOutcome } from "./outcome.ts";

/** How a run stands. */
export class Score {
  readonly #askedFor: ReadonlyMap<FaultKind, number>;
  readonly #injected = new Map<FaultKind, number>();
  readonly tradesToSend: number;
  phase = "starts";
  sent = 0;
  folded = 0;
  duplicates = 0;
  late = 0;
  rejected = 0;
  clientBars = 0;
  clientSockets = 0;

  constructor(askedFor: Readonly<Partial<Record<FaultKind, number>>>, tradesToSend: number) {
    this.#askedFor = new Map(Object.entries(askedFor) as [FaultKind, number][]);
    this.tradesToSend = tradesToSend;
  }

  inject(kind: FaultKind): void {
    this.#injected.set(kind, this.injected(kind) + 1);
  }

  injected(kind: FaultKind): number {
    return this.#injected.get(kind) ?? 0;
  }

  faults(): readonly FaultOutcome[] {
    return [...this.#askedFor].map(([kind, askedFor]) => ({ kind, askedFor, injected: this.injected(kind) }));
  }
}
