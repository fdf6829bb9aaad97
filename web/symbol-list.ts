import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";
import { isSymbol } from "#core/trade.ts";
import type { KeptSymbols } from "./kept-symbols.ts";

/** One more symbol joins a group of few, so that little is asked for again. */
const SMALL_GROUP = 10;

/** The symbols in the watchlist: those that the server names, then those that the reader added. */
export class SymbolList {
  /** So many symbols are in it at most. */
  static readonly MOST = 1_000;
  /** Where those are kept that the reader added. */
  readonly kept: KeptSymbols;
  readonly #given: ReadonlySet<string>;
  #groups: readonly (readonly string[])[] = [];
  readonly #symbols = new Set<string>();

  constructor(given: readonly string[], kept: KeptSymbols) {
    this.#given = new Set(given);
    this.kept = kept;
    this.join([...given, ...kept.read()]);
  }

  /** In the order in which they came. */
  get symbols(): readonly string[] {
    return [...this.#symbols];
  }

  get size(): number {
    return this.#symbols.size;
  }

  /** The same in groups that one message each can name. Groups change as little as can be. */
  get groups(): readonly (readonly string[])[] {
    return this.#groups;
  }

  has(symbol: string): boolean {
    return this.#symbols.has(symbol);
  }

  /** Whether the reader may remove it. */
  isOwn(symbol: string): boolean {
    return this.has(symbol) && !this.#given.has(symbol);
  }

  /** The reader's own. */
  get own(): readonly string[] {
    return this.symbols.filter((symbol) => this.isOwn(symbol));
  }

  /** Adds what is a symbol, as far as there is room, for this visit, and returns what is new. */
  join(symbols: readonly string[]): readonly string[] {
    const added = [...new Set(symbols)]
      .filter((symbol) => isSymbol(symbol) && !this.has(symbol))
      .slice(0, SymbolList.MOST - this.#symbols.size);
    for (const symbol of added) this.#symbols.add(symbol);
    const last = this.#groups.at(-1) ?? [];
    const isSmall = last.length + added.length <= SMALL_GROUP;
    const groups = isSmall ? this.#groups.slice(0, -1) : this.#groups;
    this.#groups = [...groups, ...inGroups(isSmall ? [...last, ...added] : added)];
    return added;
  }

  /** The same for later visits too. */
  add(symbols: readonly string[]): readonly string[] {
    const added = this.join(symbols);
    this.kept.add(...symbols.filter((symbol) => this.isOwn(symbol)));
    return added;
  }

  remove(symbol: string): void {
    this.kept.remove(symbol);
    this.#symbols.delete(symbol);
    const groups = this.#groups.map((group) => group.filter((each) => each !== symbol));
    this.#groups = groups.filter((group) => group.length > 0);
  }
}

/** `symbols` in groups that one message each can name. */
export const inGroups = (symbols: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(symbols.length / CLIENT_LIMITS.symbols) }, (_, group) =>
    symbols.slice(group * CLIENT_LIMITS.symbols, (group + 1) * CLIENT_LIMITS.symbols),
  );
