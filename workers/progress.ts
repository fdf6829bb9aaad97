import type { Clock } from "#core/ports/clock.ts";
import { durationMs } from "#core/units.ts";

/** An engine that comes back within this time is waited for by a worker that goes on being ready: longer than any request takes. */
export const PATIENCE_MS = durationMs(20_000);

/** When each thing that a worker does came on last: one that hangs is found like one that fails. */
export class Progress {
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #lastMs = new Map<number | string, number>();

  constructor(clock: Pick<Clock, "nowMs">) {
    this.#clock = clock;
  }

  /** Whether all came on within {@link PATIENCE_MS}; so it is of nothing. */
  get isMade(): boolean {
    const oldestMs = this.#clock.nowMs() - PATIENCE_MS;
    return this.#lastMs.values().every((lastMs) => lastMs >= oldestMs);
  }

  /** Says that this one begins, or has come on. */
  step(name: number | string): void {
    this.#lastMs.set(name, this.#clock.nowMs());
  }

  /** Says that this one is over. */
  end(name: number | string): void {
    this.#lastMs.delete(name);
  }
}
