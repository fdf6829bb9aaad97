import { isSymbol } from "#core/trade.ts";
import { shareOf, type Quote } from "./quote.ts";

export const SORT_KEYS = ["symbol", "last", "change", "volume"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** By what a list is sorted, undefined for the order in which symbols were added. */
export interface Sorting {
  readonly key: SortKey;
  readonly isDown: boolean;
}

/** What the next press on a column's head does: names begin with A, numbers with the greatest; the third one ends it. */
export const sortingAfter = (before: Sorting | undefined, key: SortKey): Sorting | undefined => {
  const isDownFirst = key !== "symbol";
  if (before?.key !== key) return { key, isDown: isDownFirst };
  return before.isDown === isDownFirst ? { key, isDown: !isDownFirst } : undefined;
};

export type QuoteOf = (symbol: string) => Quote | undefined;

/** `symbols` sorted. What has no such number comes last, and equals keep their order. */
export const sorted = (symbols: readonly string[], { key, isDown }: Sorting, quoteOf: QuoteOf): readonly string[] => {
  const sign = isDown ? -1 : 1;
  if (key === "symbol") return symbols.toSorted((a, b) => (a < b ? -sign : a > b ? sign : 0));
  const valued = symbols.map((symbol) => ({ symbol, value: valueOf(quoteOf(symbol), key) }));
  return valued
    .toSorted((a, b) => {
      if (a.value === undefined || b.value === undefined)
        return Number(a.value === undefined) - Number(b.value === undefined);
      return (a.value - b.value) * sign;
    })
    .map(({ symbol }) => symbol);
};

const valueOf = (quote: Quote | undefined, key: Exclude<SortKey, "symbol">): number | undefined =>
  quote && (key === "change" ? shareOf(quote) : quote[key]);

/** What a search finds: of the list, and of what could be added to it. */
export interface Found {
  readonly listed: readonly string[];
  readonly offered: readonly string[];
  /** What Enter takes, unless the reader moves on. */
  readonly best: string | undefined;
}

/** So many symbols are offered at most; who wants another types one more letter. */
const OFFERS = 50;

/**
 * What `typed` finds among the symbols of the list and those that the server `knows`. What nobody knows is offered too, as
 * its first trade may be about to come.
 */
export const search = (typed: string, symbols: readonly string[], known: readonly string[]): Found => {
  const wanted = typed.trim().toUpperCase();
  const has = (symbol: string): boolean => symbol.toUpperCase().includes(wanted);
  const listed = symbols.filter(has);
  const inList = new Set(symbols);
  const others = known.filter((symbol) => !inList.has(symbol) && has(symbol)).slice(0, OFFERS);
  if (wanted === "") return { listed, offered: [], best: undefined };
  const found = [...listed, ...others];
  const exact = found.find((symbol) => symbol.toUpperCase() === wanted);
  const begun = found.find((symbol) => symbol.toUpperCase().startsWith(wanted));
  const isNew = isSymbol(wanted) && exact === undefined;
  const offered = isNew ? [...others, wanted] : others;
  return { listed, offered, best: exact ?? begun ?? found[0] ?? offered[0] };
};
