import { expect, test } from "vitest";
import { barsAt } from "#test/bar-fixture.ts";
import { fileNameOf } from "./download.ts";
import { barWords, spokenChange, summaryWords } from "./reading.ts";
import { whenWords } from "./when.ts";

test.each([
  [100, 100, "unchanged"],
  [100, 100.12, "up 0.12 %"],
  [100, 99, "down 1.00 %"],
  [100, 100.001, "up less than 0.01 %"],
])("a change from %d to %d is read as %s", (from, to, words) => {
  expect(spokenChange(from, to)).toBe(words);
});

test("a bar is read with all that it holds", () => {
  const [bar] = barsAt(1_381_154_400_000, 1_200);
  expect(barWords(bar!, { status: "corrected", isForming: true }, 2)).toBe(
    `${whenWords(bar!.startMs, 60_000)}, open 13.00, close 13.00, unchanged, high 13.00, low 13.00, volume 1,200, 1,200 trades, corrected, still forming`,
  );
  expect(barWords(bar!, { status: undefined, isForming: false }, 2)).toMatch(/1,200 trades$/);
});

test("bars in sight are summed up", () => {
  const bars = barsAt(1_381_154_400_000, 50, 70, 20);
  const [first, second, third] = bars.map(({ startMs }) => whenWords(startMs, 60_000));
  expect(summaryWords(bars, 2)).toBe(
    `3 bars of IBM in sight, 1m each, ${first} to ${third}. From 1.50 to 1.20, down 20.00 %. Highest 1.70 at ${second}, lowest 1.20 at ${third}.`,
  );
  expect(summaryWords([], 2)).toBe("No bars in sight.");
});

test("a file is named after what it holds", () => {
  const bars = barsAt(Date.UTC(2013, 9, 7, 13, 30), 5, 6);
  expect(fileNameOf(bars)).toBe("IBM-1m-20131007T133000Z-20131007T133200Z.csv");
  expect(fileNameOf(bars.map((bar) => ({ ...bar, symbol: "BRK/A:.." })))).toMatch(/^BRK_A_\.\.-1m-/);
  expect(fileNameOf([])).toBe("bars.csv");
});
