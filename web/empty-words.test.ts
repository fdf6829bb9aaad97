import { expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { emptyWords } from "./empty-words.ts";

const unknown = { symbol: "NOPE", known: undefined, isAsked: true, isForeign: false, feed: "live" } as const;
const watched = { symbol: "NOPE", seenMs: undefined, isWatched: true };

test.each([
  ["No trades of NOPE yet. Its first bar appears here.", unknown],
  ["No trades of NOPE yet. Its first bar appears here.", { ...unknown, known: watched, feed: "quiet" }],
  ["No trades of NOPE yet.", { ...unknown, isAsked: false }],
  ["No trades of NOPE: this source carries other symbols.", { ...unknown, isForeign: true }],
  ["No trades of NOPE: this source carries other symbols.", { ...unknown, known: watched, isForeign: true }],
  ["No trades of NOPE, and the source has ended.", { ...unknown, isForeign: true, feed: "closed" }],
  ["No trades of NOPE yet, and nobody feeds the pipeline.", { ...unknown, feed: "dead" }],
] as const)("%s", (words, view) => {
  expect(emptyWords(view)).toBe(words);
});

test("a symbol that was traded before is said to have been", () => {
  const known = { ...watched, seenMs: epochMs(Date.UTC(2013, 9, 7)) };
  expect(emptyWords({ ...unknown, known, isForeign: true })).toMatch(/^No trades of NOPE in these bars\. .*2013\.$/);
});
