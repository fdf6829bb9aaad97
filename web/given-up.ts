import type { DurationMs } from "#core/units.ts";

/** Whatever was sent so long ago has been obeyed: a function that starts anew takes a second or two. */
const UNSETTLED_MS = 10_000;

/**
 * What was given up a moment ago. Behind API Gateway messages are obeyed side by side: that something is given up may take
 * effect after that it is wanted again, and then it must be asked for once more.
 *
 *     unsubscribe ------------------> obeyed
 *     subscribe        ---> obeyed         \ from here on nothing is told
 *     subscribe                                            ---> obeyed
 */
export class GivenUp {
  /** By want, when; of a clock that never goes back. */
  readonly #atMs = new Map<string, number>();

  add(symbols: readonly string[], intervalMs: DurationMs, nowMs: number): void {
    for (const symbol of symbols) this.#atMs.set(textOf(symbol, intervalMs), nowMs);
    for (const [text, atMs] of this.#atMs) if (nowMs - atMs > UNSETTLED_MS) this.#atMs.delete(text);
  }

  /** Whether any of these was given up a moment ago. */
  has(symbols: readonly string[], intervalMs: DurationMs, nowMs: number): boolean {
    return symbols.some((symbol) => nowMs - (this.#atMs.get(textOf(symbol, intervalMs)) ?? -Infinity) <= UNSETTLED_MS);
  }
}

const textOf = (symbol: string, intervalMs: DurationMs): string => `${intervalMs}|${symbol}`;
