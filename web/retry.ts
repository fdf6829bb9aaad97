import { backoffMs, type Backoff } from "#core/backoff.ts";
import { durationMs } from "#core/units.ts";

const BACKOFF: Backoff = { firstMs: durationMs(1_000), longestMs: durationMs(10_000) };

/** When a connection is tried again: after a pause that is longer with each failure in a row. Times are by performance.now(). */
export class Retry {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #atMs = 0;
  #failures = 0;

  /** Whether one is to come. */
  get isPlanned(): boolean {
    return this.#timer !== undefined;
  }

  /** When it comes, or when the last one came. */
  get atMs(): number {
    return this.#atMs;
  }

  /** Notes a failure, and calls `connect` after a pause; does nothing while one is to come. */
  plan(connect: () => void): void {
    if (this.isPlanned) return;
    this.#failures++;
    const pauseMs = backoffMs(BACKOFF, this.#failures, 0.5 + Math.random() / 2);
    this.#timer = setTimeout(connect, pauseMs);
    this.#atMs = performance.now() + pauseMs;
  }

  /** Gives up what was planned. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Notes that a connection came to be. */
  succeed(): void {
    this.#failures = 0;
  }
}
