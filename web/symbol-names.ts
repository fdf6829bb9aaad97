import { spellingOf } from "./choice.ts";
import type { Feed } from "./feed.ts";
import type { KeptSymbols } from "./kept-symbols.ts";
import type { SymbolsPart } from "./session.ts";
import type { Suggestions } from "./suggestions.ts";
import type { SymbolList } from "./symbol-list.ts";

export interface SymbolNamesParts {
  readonly list: SymbolList;
  readonly kept: KeptSymbols;
  readonly known: Suggestions;
  readonly feed: Pick<Feed, "watch" | "askSymbols">;
  /** Called when the list is another, with what was respelled in it. */
  readonly onChange: (spellings: ReadonlyMap<string, string>) => void;
}

/**
 * Keeps a list of symbols as other tabs of the browser have it, and as the server writes them. Feeds are asked for a symbol
 * only when that is known, as what they are asked for is one for all readers.
 */
export class SymbolNames {
  readonly #parts: SymbolNamesParts;

  constructor(parts: SymbolNamesParts) {
    this.#parts = parts;
    this.watch(parts.list.own);
    parts.kept.follow((added, removed) => {
      this.forget(removed);
      this.watch(parts.list.join(added));
      parts.onChange(new Map());
    });
  }

  /** How the symbol is written that a reader means by `text`, as far as that is known by now. */
  spellingOf(text: string): string {
    const { list, known } = this.#parts;
    return spellingOf(text, known.seen, [...list.symbols, ...known.watched]);
  }

  /** Wants feeds to fetch these symbols, which are in the list. */
  watch(symbols: readonly string[]): void {
    const { feed, known } = this.#parts;
    if (known.isWhole) feed.watch("watch", symbols);
    else if (symbols.length > 0) feed.askSymbols();
  }

  /** Takes these symbols from the list. */
  forget(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#parts.list.remove(symbol);
    this.#parts.feed.watch("unwatch", symbols);
  }

  /** Takes in what the server said of symbols. */
  learn(part: SymbolsPart): void {
    const { known, list, kept, onChange } = this.#parts;
    const wasWhole = known.isWhole;
    known.take(part);
    if (wasWhole || !known.isWhole) return;
    const own = list.own.map((symbol) => [symbol, this.spellingOf(symbol)] as const);
    const spellings = new Map(own.filter(([symbol, right]) => symbol !== right));
    for (const [symbol, right] of spellings) {
      const isKept = kept.read().includes(symbol);
      list.remove(symbol);
      if (isKept) list.add([right]);
      else list.join([right]);
    }
    this.watch(list.own);
    if (spellings.size > 0) onChange(spellings);
  }
}
