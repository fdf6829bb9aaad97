import { expect, test } from "vitest";
import { FEED_STATES } from "#core/protocol/pipeline-status.ts";
import { epochMs } from "#core/units.ts";
import {
  agoWords,
  changeClass,
  changeWords,
  chartWords,
  completeWords,
  countWords,
  feedWords,
  priceWords,
  standingWords,
  stateWord,
  stateWords,
  updatedWords,
} from "./words.ts";

test.each([
  [400, "0 s"],
  [12_300, "12 s"],
  [180_000, "3 min"],
  [7_200_000, "2 h"],
  [864_000_000, "10 d"],
  [-5, "0 s"],
])("%i ms ago is %s", (ageMs, words) => {
  expect(agoWords(ageMs)).toBe(words);
});

test("a change says its direction without colour", () => {
  expect(changeWords(100, 101.5)).toBe("▲ +1.50 %");
  expect(changeWords(100, 99)).toBe("▼ −1.00 %");
  expect(changeWords(100, 100)).toBe("• +0.00 %");
  expect([changeClass(1, 2), changeClass(2, 1), changeClass(1, 1)]).toEqual(["up", "down", "even"]);
});

test("a price shows as many decimals as it has, two at least", () => {
  expect([priceWords(1_234.5, 1), priceWords(0.12345678, 8)]).toEqual(["1,234.50", "0.12345678"]);
});

const view = { nowMs: 1_000, isOnline: true, isStale: false };
const waiting = { kind: "waiting", untilMs: 4_200 } as const;

test("a connection is said in words, and in fewer to those who listen", () => {
  const said = [
    { ...view, state: { kind: "live" } as const },
    { ...view, state: { kind: "live" } as const, isStale: true },
    { ...view, state: { kind: "connecting" } as const },
    { ...view, state: waiting },
    { ...view, state: waiting, nowMs: 4_199 },
    { ...view, state: waiting, isOnline: false },
  ];
  expect(said.map(stateWords)).toEqual([
    "Live",
    "Stale",
    "Connecting",
    "Reconnecting in 4 s",
    "Reconnecting in 1 s",
    "Offline",
  ]);
  expect(said.map(stateWord)[3]).toBe("Reconnecting");
});

test("an update is just now, or so long ago", () => {
  expect([Infinity, 300, 1_999, 3_000, 240_000].map(updatedWords)).toEqual([
    "",
    "updated just now",
    "updated just now",
    "updated 3 s ago",
    "updated 4 min ago",
  ]);
});

test("a source that has ended is complete, and one that goes on up to some time", () => {
  const watermarkMs = epochMs(new Date(2026, 0, 2, 9, 8, 7).getTime());
  expect([
    completeWords({ feed: "live", watermarkMs: undefined }),
    completeWords({ feed: "quiet", watermarkMs }),
    completeWords({ feed: "closed", watermarkMs }),
  ]).toEqual(["", "complete up to 09:08:07", "complete"]);
});

test("each feed state has words of its own", () => {
  expect(new Set(FEED_STATES.map(feedWords)).size).toBe(FEED_STATES.length);
});

test("a bar's status is a word, and two where it was corrected before it is final", () => {
  expect(
    [
      { status: undefined, isForming: false },
      { status: "forming", isForming: true } as const,
      { status: "final", isForming: false } as const,
      { status: "corrected", isForming: false } as const,
      { status: "corrected", isForming: true } as const,
    ].map(standingWords),
  ).toEqual(["", "forming", "final", "corrected", "corrected, still forming"]);
});

test("a chart is told in words to those who do not see it", () => {
  expect([chartWords(0, undefined, 0), chartWords(1, "forming", 0), chartWords(300, "final", 2)]).toEqual([
    "0 bars with volume and average",
    "1 bar with volume and average, the newest is forming",
    "300 bars with volume and average, the newest is final, 2 bars corrected",
  ]);
});

test("one is not many", () => {
  expect([0, 1, 2, 12_345].map((count) => countWords(count, "trade"))).toEqual([
    "0 trades",
    "1 trade",
    "2 trades",
    "12,345 trades",
  ]);
});
