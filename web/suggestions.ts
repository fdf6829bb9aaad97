import type { KnownSymbol, SymbolsPart } from "./session.ts";

/** What the server knows of symbols. */
export class Suggestions {
  readonly #known = new Map<string, KnownSymbol>();
  /** The parts that have come of the list of all. */
  readonly #parts = new Set<number>();
  #isWhole = false;

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

  /** Those that were traded, or that somebody wants to be. */
  get symbols(): readonly string[] {
    return this.#names(({ seenMs, isWatched }) => seenMs !== undefined || isWatched);
  }

  /** What the server said of `symbol`, undefined where it said nothing. */
  of(symbol: string): KnownSymbol | undefined {
    return this.#known.get(symbol);
  }

  /** Takes in what the server said of some symbols, at first of all. */
  take({ symbols, part, parts }: SymbolsPart): void {
    this.#isWhole ||= this.#parts.add(part).size === parts;
    for (const each of symbols) this.#known.set(each.symbol, each);
  }

  #names(isWanted: (known: KnownSymbol) => boolean): readonly string[] {
    return [...this.#known.values()].filter(isWanted).map(({ symbol }) => symbol);
  }
}
