import { byId, element } from "./element.ts";
import type { KnownSymbol } from "./session.ts";

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

/** What the server knows of symbols, offered where the reader types one. */
export class Suggestions {
  readonly #known = new Map<string, KnownSymbol>();

  /** `ask` is called when the reader is about to type. */
  constructor(ask: () => void) {
    byId("symbol").addEventListener("focus", ask);
  }

  /** Takes in what the server said of some symbols. */
  take(symbols: readonly KnownSymbol[]): void {
    const before = this.#known.size;
    for (const each of symbols) this.#known.set(each.symbol, each);
    if (this.#known.size === before) return;
    const names = [...this.#known.values()].filter(({ seenMs, isWatched }) => seenMs !== undefined || isWatched);
    byId("suggestions").replaceChildren(...names.map(({ symbol }) => element("option", { value: symbol })));
  }

  /** What to say of a symbol without bars. */
  emptyWords(symbol: string): string {
    const seenMs = this.#known.get(symbol)?.seenMs;
    if (seenMs === undefined) return `No trades of ${symbol} yet. Its first bar appears here.`;
    return `No trades of ${symbol} in these bars. It last traded on ${DAY.format(seenMs)}.`;
  }
}
