import { byId, element } from "./element.ts";
import type { KnownSymbol, SymbolsPart } from "./session.ts";

/** What the server knows of symbols, offered where the reader types one. */
export class Suggestions {
  readonly #known = new Map<string, KnownSymbol>();
  /** The parts that have come of the list of all. */
  readonly #parts = new Set<number>();
  #isWhole = false;

  /** `ask` is called when the reader is about to type. */
  constructor(ask: () => void) {
    byId("symbol").addEventListener("focus", ask);
  }

  /** Whether all symbols that the server knew are known here. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Those that were traded. */
  get seen(): readonly string[] {
    return this.#names(({ seenMs }) => seenMs !== undefined);
  }

  /** Those that feeds shall fetch. */
  get watched(): readonly string[] {
    return this.#names(({ isWatched }) => isWatched);
  }

  /** What the server said of `symbol`, undefined where it said nothing. */
  of(symbol: string): KnownSymbol | undefined {
    return this.#known.get(symbol);
  }

  /** Takes in what the server said of some symbols, at first of all. */
  take({ symbols, part, parts }: SymbolsPart): void {
    this.#isWhole ||= this.#parts.add(part).size === parts;
    for (const each of symbols) this.#known.set(each.symbol, each);
    const names = this.#names(({ seenMs, isWatched }) => seenMs !== undefined || isWatched);
    const list = byId("suggestions");
    if (list.childElementCount !== names.length)
      list.replaceChildren(...names.map((value) => element("option", { value })));
  }

  #names(isWanted: (known: KnownSymbol) => boolean): readonly string[] {
    return [...this.#known.values()].filter(isWanted).map(({ symbol }) => symbol);
  }
}
