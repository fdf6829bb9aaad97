import type { FaultKind } from "#local/misbehaviour/fault-kind.ts";
import type { ShardCounts } from "#core/shard-counts.ts";
import type { FaultOutcome } from "./outcome.ts";

/** What is seen of a run from time to time. */
export interface Noted {
  /** Trades that were sent. */
  readonly sent: number;
  readonly counts: ShardCounts;
  readonly clientBars: number;
  readonly clientSockets: number;
}

/** How a run stands. */
export class Score {
  readonly #askedFor: ReadonlyMap<FaultKind, number>;
  readonly #injected = new Map<FaultKind, number>();
  readonly tradesToSend: number;
  phase = "starts";
  /** Bursts put, of those that are spread over the run. */
  bursts = 0;
  #noted: Noted | undefined;

  constructor(askedFor: Readonly<Partial<Record<FaultKind, number>>>, tradesToSend: number) {
    this.#askedFor = new Map(Object.entries(askedFor) as [FaultKind, number][]);
    this.tradesToSend = tradesToSend;
  }

  /** What was last noted, undefined before. */
  get noted(): Noted | undefined {
    return this.#noted;
  }

  note(noted: Noted): void {
    this.#noted = noted;
  }

  inject(kind: FaultKind): void {
    this.#injected.set(kind, this.injected(kind) + 1);
  }

  injected(kind: FaultKind): number {
    return this.#injected.get(kind) ?? 0;
  }

  /** What of it shows that the run goes on, in one text; a client that connects again and again does not. */
  get state(): string {
    const { sent, counts, clientBars } = this.#noted ?? {};
    return JSON.stringify([this.phase, this.bursts, sent, counts, clientBars, [...this.#injected]]);
  }

  faults(): readonly FaultOutcome[] {
    return [...this.#askedFor].map(([kind, askedFor]) => ({ kind, askedFor, injected: this.injected(kind) }));
  }
}
