import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intervalText, readInterval, storedIntervalFor, windowOf } from "./interval.ts";
import { durationMs, epochMs } from "./units.ts";

const minute = durationMs(60_000);

describe("readInterval", () => {
  test.each([
    ["10s", 10_000],
    ["1m", 60_000],
    ["90s", 90_000],
    ["4h", 14_400_000],
    ["1d", 86_400_000],
    ["7d", 604_800_000],
  ])("reads %s", (text, sizeMs) => {
    expect(readInterval(text)).toBe(sizeMs);
  });

  test.each(["", "m", "0m", "01m", "1.5m", "1M", "1w", "1 m", "-1m", "8d", "1ms"])("rejects %j", (text) => {
    expect(readInterval(text)).toBeUndefined();
  });

  test("reads back the shortest name of every interval", () => {
    expect(intervalText(durationMs(90_000))).toBe("90s");
    expect(intervalText(durationMs(3_600_000))).toBe("1h");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 604_800 }), (seconds) => {
        expect(readInterval(intervalText(durationMs(seconds * 1_000)))).toBe(seconds * 1_000);
      }),
    );
  });
});

describe("windowOf", () => {
  test("an instant on a boundary opens the later window", () => {
    //           60 000
    // [---------)[---------)
    expect(windowOf(epochMs(60_000), minute)).toEqual({ startMs: 60_000, endMs: 120_000 });
    expect(windowOf(epochMs(59_999), minute)).toEqual({ startMs: 0, endMs: 60_000 });
  });

  test("each instant lies in exactly one window", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), fc.integer({ min: 1, max: 604_800 }), (instant, seconds) => {
        const sizeMs = durationMs(seconds * 1_000);
        const { startMs, endMs } = windowOf(epochMs(instant), sizeMs);
        expect(startMs <= instant && instant < endMs).toBe(true);
        expect(endMs - startMs).toBe(sizeMs);
        expect(startMs % sizeMs).toBe(0);
      }),
    );
  });
});

test("a derived interval is folded from the longest stored one that divides it", () => {
  const stored = [durationMs(10_000), minute];
  expect(storedIntervalFor(durationMs(300_000), stored)).toBe(minute);
  expect(storedIntervalFor(durationMs(30_000), stored)).toBe(10_000);
  expect(storedIntervalFor(durationMs(15_000), stored)).toBeUndefined();
});
