/**
 * The name that `text` is a slip of: the one that the fewest letters put in, left out or changed make of it, in either case,
 * but no more than two, and of a short name a third; the first of several, undefined without any.
 */
export const nearestName = (text: string, names: readonly string[]): string | undefined => {
  const near = names
    .map((name) => ({ name, distance: distanceOf(text.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.min(2, name.length / 3));
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.name;
};

/** Levenshtein's distance, a row of its table after the other. */
const distanceOf = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 0; at < from.length; at++) {
    const next = [at + 1];
    for (let i = 0; i < to.length; i++)
      next.push(Math.min(next[i]! + 1, row[i + 1]! + 1, row[i]! + (from[at] === to[i] ? 0 : 1)));
    row = next;
  }
  return row[to.length]!;
};
