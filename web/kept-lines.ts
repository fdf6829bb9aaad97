import type { KeepingPlace } from "./kept-symbols.ts";
import { readLineKinds, type LineKind } from "./line-kinds.ts";

const KEY = "tapestream.averages";

/** The lines that the reader chose at the last visit, none where the browser keeps nothing. */
export const readKeptLines = (place: KeepingPlace): readonly LineKind[] => {
  try {
    return readLineKinds(place().getItem(KEY) ?? "");
  } catch {
    return [];
  }
};

/** Lets the browser keep what is chosen, if it will. */
export const keepLines = (place: KeepingPlace, kinds: readonly LineKind[]): void => {
  try {
    place().setItem(KEY, kinds.map(({ id }) => id).join());
  } catch {
    // the choice holds until the page is left
  }
};
