import { byId, setText } from "./element.ts";
import { guestsOf } from "./guests.ts";
import type { Suggestions } from "./suggestions.ts";
import { SymbolList } from "./symbol-list.ts";
import { rowAfterKey } from "./virtual-window.ts";
import type { Entry } from "./watch-row.ts";
import { search, sorted, sortingAfter, SORT_KEYS, type Found, type QuoteOf, type Sorting } from "./watch-order.ts";
import type { Watchlist } from "./watchlist.ts";
import { countWords } from "./words.ts";

/** What the reader works the watchlist with, beside choosing a row by pointer. */
export interface ToolDeps {
  readonly list: SymbolList;
  readonly watchlist: Watchlist;
  /** What the server knows. */
  readonly known: Suggestions;
  /** What the reader added in this visit. */
  readonly added: ReadonlySet<string>;
  readonly quoteOf: QuoteOf;
  readonly choose: (symbol: string) => void;
  readonly add: (symbols: readonly string[]) => void;
  readonly remove: (symbols: readonly string[]) => void;
  /** Wants to know which symbols there are. */
  readonly ask: () => void;
}

/** A sorted list keeps its order for so long, whatever prices do. */
const CALM_MS = 3_000;
/** A Mac has no other key for it. */
const REMOVE: ReadonlySet<string> = new Set(["Delete", "Backspace"]);

/** Search, sorting and keys of the watchlist. */
export class WatchTools {
  readonly #deps: ToolDeps;
  readonly #input = byId("symbol") as HTMLInputElement;
  readonly #all = byId("all") as HTMLButtonElement;
  #sorting: Sorting | undefined;
  #sortedAtMs = 0;
  #order: readonly string[] = [];

  constructor(deps: ToolDeps) {
    this.#deps = deps;
    this.#listenToSearch();
    this.#listenToList();
    this.refresh();
  }

  /** Shows what is in the list, or what of it was searched for, in the order that was chosen. */
  arrange(): void {
    const { list, watchlist } = this.#deps;
    const { listed, offered } = this.#search();
    const guests = guestsOf(this.#deps);
    const kindOf = (symbol: string): Entry["kind"] =>
      guests.includes(symbol) ? "offered" : list.isOwn(symbol) ? "own" : "given";
    watchlist.arrange([
      ...listed.map((symbol): Entry => ({ symbol, kind: kindOf(symbol) })),
      ...offered.map((symbol): Entry => ({ symbol, kind: "offered" })),
    ]);
    this.#say(listed.length, offered.length);
  }

  /** Called now and then: sorts again, unless the reader is about to take a row. */
  settle(): void {
    const isCalm = performance.now() - this.#sortedAtMs >= CALM_MS;
    if (this.#sorting !== undefined && isCalm && !isInUse()) this.#sort();
  }

  /** Takes in that symbols came or went, or that more of them are known. */
  refresh(): void {
    this.#sort();
    if (this.#input.value !== "") this.#point();
  }

  #sort(): void {
    const { list, quoteOf } = this.#deps;
    this.#sortedAtMs = performance.now();
    this.#order = this.#sorting === undefined ? list.symbols : sorted(list.symbols, this.#sorting, quoteOf);
    this.arrange();
  }

  #search(): Found {
    return search(this.#input.value, this.#order, this.#deps.known.symbols);
  }

  #point(): void {
    this.#deps.watchlist.point(this.#search().best);
  }

  #listenToSearch(): void {
    const { watchlist, ask } = this.#deps;
    this.#input.addEventListener("focus", () => {
      ask();
      this.arrange();
    });
    this.#input.addEventListener("input", () => {
      this.arrange();
      this.#point();
    });
    this.#input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) watchlist.point(watchlist.entries[watchlist.place + step]?.symbol ?? this.#search().best);
      else if (event.key === "Escape") this.#leave();
      else return;
      event.preventDefault();
    });
    byId("add").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#take(this.#input.value === "" ? undefined : watchlist.entries[watchlist.place]);
    });
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target instanceof HTMLInputElement;
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.#input.focus();
      this.#input.select();
    });
    byId("watchlist").addEventListener("focusout", ({ relatedTarget }) => {
      if (!byId("watchlist").contains(relatedTarget as Node | null)) this.#all.hidden = true;
    });
  }

  #listenToList(): void {
    const { watchlist, list, remove } = this.#deps;
    for (const key of SORT_KEYS)
      byId(`by-${key}`).addEventListener("click", () => {
        this.#sorting = sortingAfter(this.#sorting, key);
        this.#sort();
        this.#showSorting();
      });
    byId("symbols").addEventListener("keydown", (event) => {
      if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
      const entry = watchlist.entries[watchlist.place];
      const row = rowAfterKey(event.key, watchlist.place, watchlist.scroll);
      if (row !== undefined) this.#go(watchlist.entries[row]);
      else if (entry !== undefined && (event.key === "Enter" || event.key === " ")) this.#take(entry);
      else if (entry !== undefined && REMOVE.has(event.key) && entry.kind === "own") remove([entry.symbol]);
      else return;
      event.preventDefault();
    });
    this.#all.addEventListener("click", () => {
      const others = this.#others();
      if (others.length > 1 && list.size < SymbolList.MOST) this.#deps.add(others);
      else remove(list.own);
      this.#leave();
    });
  }

  #showSorting(): void {
    for (const key of SORT_KEYS) {
      const isDown = this.#sorting?.key === key ? this.#sorting.isDown : undefined;
      const words = isDown === undefined ? "none" : isDown ? "descending" : "ascending";
      byId(`by-${key}`).parentElement!.ariaSort = words;
    }
  }

  #go(entry: Entry | undefined): void {
    if (entry?.kind === "offered") this.#deps.watchlist.point(entry.symbol);
    else if (entry !== undefined) this.#deps.choose(entry.symbol);
  }

  #take(entry: Entry | undefined): void {
    const { add, choose } = this.#deps;
    if (entry?.kind === "offered") add([entry.symbol]);
    if (entry !== undefined) choose(entry.symbol);
    this.#leave();
  }

  /** Back to the list, all of it. */
  #leave(): void {
    this.#input.value = "";
    this.#deps.watchlist.focus();
    this.arrange();
    this.#deps.watchlist.point(undefined);
    this.#all.hidden = true;
  }

  /** What the server knows beside the list, of what is searched for. */
  #others(): readonly string[] {
    const { list, known } = this.#deps;
    const wanted = this.#input.value.trim().toUpperCase();
    return known.symbols.filter((symbol) => !list.has(symbol) && symbol.toUpperCase().includes(wanted));
  }

  #say(listed: number, offered: number): void {
    const { list } = this.#deps;
    const isSearch = this.#input.value.trim() !== "";
    const isFull = list.size >= SymbolList.MOST;
    const others = isFull ? 0 : this.#others().length;
    const full = isFull ? `The list is full: it holds ${countWords(SymbolList.MOST, "symbol")}. ` : "";
    setText(byId("found"), isSearch ? `${full}${listed} found, ${offered} to add` : full);
    const isUseless = others < 2 && (isSearch || list.own.length < 2);
    this.#all.hidden = isUseless || (this.#all.hidden && document.activeElement !== this.#input);
    setText(this.#all, others > 1 ? `Add all ${others} known` : `Remove all ${list.own.length} added`);
  }
}

/** Whether the reader may be about to take a row. */
const isInUse = (): boolean => {
  const isPointed = matchMedia("(hover: hover)").matches && byId("symbols").matches(":hover");
  return isPointed || byId("watchlist").matches(":has(:focus-visible)");
};
