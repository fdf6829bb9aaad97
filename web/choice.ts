import { readInterval } from "#core/interval.ts";
import { isSymbol } from "#core/trade.ts";
import type { Notice } from "./notices.ts";

/** A symbol and an interval to show. */
export interface Choice {
  readonly symbol: string;
  readonly interval: string;
}

/** What an address chose, and what of it could not be. */
export interface AddressedChoice extends Choice {
  readonly notices: readonly Notice[];
}

/**
 * How the known symbol is written that `text` means, whatever the case of its letters: in the first of `groups` that has
 * one. An unknown one is taken to be in capitals.
 */
export const spellingOf = (text: string, ...groups: readonly (readonly string[])[]): string => {
  const capitals = text.toUpperCase();
  for (const known of groups) {
    const found = known.includes(text) ? text : known.find((symbol) => symbol.toUpperCase() === capitals);
    if (found !== undefined) return found;
  }
  return capitals;
};

/** What the hash of an address chooses of the intervals on offer; the rest is as before. */
export const choiceOf = (named: URLSearchParams, intervals: readonly string[], before: Choice): AddressedChoice => {
  const [symbol, interval] = [named.get("s")?.trim() ?? "", named.get("i") ?? ""];
  const notices: Notice[] = [];
  const sizeMs = readInterval(interval);
  const offered = intervals.find((each) => each === interval || readInterval(each) === sizeMs);
  if (symbol !== "" && !isSymbol(symbol)) notices.push({ code: "no-symbol", message: symbol });
  if (interval !== "" && offered === undefined) notices.push({ code: "no-interval", message: interval });
  return { symbol: isSymbol(symbol) ? symbol : before.symbol, interval: offered ?? before.interval, notices };
};
