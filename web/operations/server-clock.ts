/** How far the server's clock is ahead of this one, and how wrong that may be. */
export interface ClockDifference {
  readonly aheadMs: number;
  readonly errorMs: number;
}

/** A narrow estimate is kept for so long; clocks drift apart by a few milliseconds meanwhile. */
const KEEP_MS = 600_000;

interface Estimate extends ClockDifference {
  readonly atMs: number;
}

/**
 * The server's clock, as its answers tell. Between a question and its answer, whenever it was, the server's clock showed
 * what it says; so half of that time is how wrong the middle may be:
 *
 *     here     asked ───────── middle ───────── answered
 *     server             told                                aheadMs = told - middle, ± half of the way
 */
export class ServerClock {
  /** When each question went out that is not answered yet. */
  readonly #asked = new Map<string, number>();
  #best: Estimate | undefined;

  /** The narrowest of the last ten minutes, undefined before the first. */
  get difference(): ClockDifference | undefined {
    return this.#best;
  }

  /** A question goes out. Times are milliseconds since 1970, as this clock has them. */
  ask(question: string, nowMs: number): void {
    if (!this.#asked.has(question)) this.#asked.set(question, nowMs);
  }

  /** The answer has come, which tells the server's time. One that nobody asked for tells nothing. */
  answer(question: string, toldMs: number, nowMs: number): void {
    const askedMs = this.#asked.get(question);
    this.#asked.delete(question);
    if (askedMs === undefined) return;
    const errorMs = (nowMs - askedMs) / 2;
    const isOld = this.#best !== undefined && nowMs - this.#best.atMs > KEEP_MS;
    if (this.#best === undefined || isOld || errorMs <= this.#best.errorMs)
      this.#best = { aheadMs: toldMs - askedMs - errorMs, errorMs, atMs: nowMs };
  }

  /** What the server's clock shows when this one shows `timeMs`. */
  timeAt(timeMs: number): number {
    return timeMs + (this.#best?.aheadMs ?? 0);
  }
}
