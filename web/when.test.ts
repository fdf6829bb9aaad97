import { afterEach, expect, test, vi } from "vitest";
import { tickWords, whenWords } from "./when.ts";

const HOUR = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
});

test("a bar of today is named by the time of day, as exactly as its interval needs", () => {
  vi.useFakeTimers({ now: new Date(2026, 0, 2, 15) });
  const noon = new Date(2026, 0, 2, 12, 3, 20).getTime();
  expect(whenWords(noon, 10_000)).toBe("12:03:20");
  expect(whenWords(noon, 60_000)).toBe("12:03");
});

test("a bar of another day is named with it", () => {
  const noon = new Date(2013, 9, 7, 12, 3).getTime();
  expect(whenWords(noon, 60_000)).toMatch(/7.*12:03$/);
});

test("a bar of a day is named by the day of the epoch that it is, whatever the zone", () => {
  expect(whenWords(Date.UTC(2013, 9, 7), 24 * HOUR)).toMatch(/^(?=.*7)(?!.*:)/);
});

test("an axis names a day where one begins, and seconds where there are any", () => {
  const midnight = new Date(2013, 9, 7).getTime();
  expect(tickWords(midnight, 60_000)).toMatch(/^(?=.*7)(?!.*:)/);
  expect(tickWords(midnight + HOUR, 60_000)).toBe("01:00");
  expect(tickWords(midnight + HOUR + 10_000, 10_000)).toBe("01:00:10");
});
