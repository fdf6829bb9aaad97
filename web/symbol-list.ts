import { isSymbol } from "#core/trade.ts";
import type { KeptSymbols } from "./kept-symbols.ts";

/** The symbols in the watchlist: those that the server names, then those that the reader added. */
export class SymbolList {
  readonly #given: readonly string[];
  readonly #kept: KeptSymbols;
  #symbols: readonly string[] = [];

  constructor(given: readonly string[], kept: KeptSymbols) {
    this.#given = given;
    this.#kept = kept;
    this.join([...given, ...kept.read()]);
  }

  /** In the order in which they came. */
  get symbols(): readonly string[] {
    return this.#symbols;
  }

  has(symbol: string): boolean {
    return this.#symbols.includes(symbol);
  }

  /** Whether the reader may remove it. */
  isOwn(symbol: string): boolean {
    return this.has(symbol) && !this.#given.includes(symbol);
  }

  /** The reader's own. */
  get own(): readonly string[] {
    return this.#symbols.filter((symbol) => this.isOwn(symbol));
  }

  /** Adds what is a symbol, for this visit, and returns what is new. */
  join(symbols: readonly string[]): readonly string[] {
    const added = [...new Set(symbols)].filter((symbol) => isSymbol(symbol) && !this.has(symbol));
    this.#symbols = [...this.#symbols, ...added];
    return added;
  }

  /** The same for later visits too. */
  add(symbols: readonly string[]): readonly string[] {
    const added = this.join(symbols);
    this.#kept.add(...symbols.filter((symbol) => this.isOwn(symbol)));
    return added;
  }

  remove(symbol: string): void {
    this.#kept.remove(symbol);
    this.#symbols = this.#symbols.filter((each) => each !== symbol);
  }
}
