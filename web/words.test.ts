import { expect, test } from "vitest";
import { agoWords, changeClass, changeWords, chartWords, countWords, priceWords, standingWords } from "./words.ts";

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
