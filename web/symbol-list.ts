import { spellingOf } from "./choice.ts";
import type { Feed } from "./feed.ts";
import { KeptSymbols } from "./kept-symbols.ts";
import type { SymbolsPart } from "./session.ts";
import type { Suggestions } from "./suggestions.ts";
import type { Watchlist } from "./watchlist.ts";

export interface SymbolListParts {
  readonly feed: Pick<Feed, "watch" | "askSymbols">;
  readonly rows: Pick<Watchlist, "add" | "remove">;
  readonly known: Pick<Suggestions, "seen" | "watched" | "isWhole" | "take">;
  /** Called when symbols came or went that the reader of this page did not add or remove. */
  readonly onChange: () => void;
}

/**
 * The symbols of the watchlist: those that the server gave, those that the reader keeps, and those that an address named.
 * Feeds are asked for a symbol when the server has said which ones there are, and so how it is written.
 */
export class SymbolList {
  readonly #given: readonly string[];
  readonly #parts: SymbolListParts;
  readonly #kept = new KeptSymbols(() => localStorage);
  #symbols: readonly string[] = [];
  /** Of those that went, who took their place. */
  readonly #successors = new Map<string, string>();

  constructor(given: readonly string[], parts: SymbolListParts) {
    this.#given = given;
    this.#parts = parts;
    for (const symbol of [...given, ...this.#kept.read()]) this.add(symbol);
    this.#kept.follow((before, after) => {
      for (const symbol of after) if (!before.includes(symbol)) this.add(symbol);
      for (const symbol of before) if (!after.includes(symbol)) this.#forget(symbol);
      parts.onChange();
    });
  }

  get symbols(): readonly string[] {
    return this.#symbols;
  }

  /** How the symbol is written that a reader means by `text`, as far as that is known by now. */
  spellingOf(text: string): string {
    const { seen, watched } = this.#parts.known;
    return spellingOf(text, [...this.#given, ...seen], [...this.#symbols, ...watched]);
  }

  /** Adds a row, which the reader may remove unless the server gave it. */
  add(symbol: string): void {
    if (this.#symbols.includes(symbol)) return;
    const isRemovable = !this.#given.includes(symbol);
    this.#symbols = [...this.#symbols, symbol];
    this.#parts.rows.add(symbol, { isRemovable });
    if (!isRemovable) return;
    if (this.#parts.known.isWhole) this.#parts.feed.watch("watch", symbol);
    else this.#parts.feed.askSymbols();
  }

  /** Adds a row, from one visit to the next. */
  keep(symbol: string): void {
    this.add(symbol);
    if (!this.#given.includes(symbol)) this.#kept.add(symbol);
  }

  remove(symbol: string): void {
    this.#kept.remove(symbol);
    this.#forget(symbol);
  }

  /** Takes in what the server said of symbols. */
  learn(part: SymbolsPart): void {
    const { known } = this.#parts;
    const wasWhole = known.isWhole;
    known.take(part);
    if (known.isWhole && !wasWhole) this.#settle();
  }

  /** By now it is known which symbols there are. */
  #settle(): void {
    for (const symbol of this.#symbols.filter((each) => !this.#given.includes(each))) {
      const right = this.spellingOf(symbol);
      if (right === symbol) this.#parts.feed.watch("watch", symbol);
      else this.#respell(symbol, right);
    }
  }

  /** `symbol`, or what stands in its place when it has gone; empty when none is left. */
  nearest(symbol: string): string {
    if (this.#symbols.includes(symbol) || symbol === "") return symbol;
    return this.nearest(this.#successors.get(symbol) ?? this.#symbols.at(-1) ?? "");
  }

  #respell(symbol: string, right: string): void {
    const isKept = this.#kept.read().includes(symbol);
    if (isKept) this.#kept.remove(symbol);
    this.#drop(symbol);
    this.#successors.set(symbol, right);
    if (isKept) this.keep(right);
    else this.add(right);
    this.#parts.onChange();
  }

  #forget(symbol: string): void {
    if (this.#given.includes(symbol) || !this.#symbols.includes(symbol)) return;
    this.#parts.feed.watch("unwatch", symbol);
    this.#drop(symbol);
  }

  #drop(symbol: string): void {
    const place = this.#symbols.indexOf(symbol);
    this.#symbols = this.#symbols.filter((each) => each !== symbol);
    this.#successors.set(symbol, this.#symbols[Math.min(place, this.#symbols.length - 1)] ?? "");
    this.#parts.rows.remove(symbol);
  }
}
