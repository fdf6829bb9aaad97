import type { Suggestions } from "./suggestions.ts";
import type { SymbolList } from "./symbol-list.ts";

/** What tells a guest from what the reader wants. */
export interface GuestSigns {
  readonly list: Pick<SymbolList, "kept" | "own">;
  readonly known: Pick<Suggestions, "isWhole" | "of">;
  /** Those that the reader added in this visit, for browsers that keep nothing. */
  readonly added: ReadonlySet<string>;
}

/**
 * The symbols in the list that an address alone named, and that never traded as far as the server knows. They are in the
 * list while they are shown, unless the reader adds them.
 */
export const guestsOf = ({ list, known, added }: GuestSigns): readonly string[] => {
  if (!known.isWhole) return [];
  const strange = list.own.filter((symbol) => known.of(symbol)?.seenMs === undefined && !added.has(symbol));
  const kept = strange.length === 0 ? [] : list.kept.read();
  return strange.filter((symbol) => !kept.includes(symbol));
};
