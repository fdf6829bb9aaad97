import { expect, test } from "vitest";
import { agoWords, changeClass, changeWords, priceWords, stateWords } from "./words.ts";

test.each([
  [400, "0.4 s"],
  [12_300, "12 s"],
  [180_000, "3 min"],
  [7_200_000, "2 h"],
  [-5, "0.0 s"],
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

test("a state is said in words", () => {
  expect(stateWords({ kind: "live" }, 0, true)).toBe("Live");
  expect(stateWords({ kind: "connecting" }, 0, true)).toBe("Connecting");
  expect(stateWords({ kind: "waiting", untilMs: 4_200 }, 1_000, true)).toBe("Reconnecting in 4 s");
  expect(stateWords({ kind: "waiting", untilMs: 4_200 }, 1_000, false)).toBe("Offline");
});
