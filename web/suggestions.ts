import type { KnownSymbol } from "./session.ts";

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

/** What the server knows of symbols. */
export class Suggestions {
  readonly #known = new Map<string, KnownSymbol>();

  /** Takes in what the server said of some symbols. */
  take(symbols: readonly KnownSymbol[]): void {
    for (const each of symbols) this.#known.set(each.symbol, each);
  }

  /** Those that were traded, or that somebody wants to be. */
  get symbols(): readonly string[] {
    const known = [...this.#known.values()].filter(({ seenMs, isWatched }) => seenMs !== undefined || isWatched);
    return known.map(({ symbol }) => symbol);
  }

  /** What to say of a symbol without bars. */
  emptyWords(symbol: string): string {
    const seenMs = this.#known.get(symbol)?.seenMs;
    if (seenMs === undefined) return `No trades of ${symbol} yet. Its first bar appears here.`;
    return `No trades of ${symbol} in these bars. It last traded on ${DAY.format(seenMs)}.`;
  }
}
