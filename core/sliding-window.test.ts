import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  MAX_STEPS,
  readSlidingWindow,
  readSlidingWindows,
  slidingWindowText,
  withSteps,
  type SlidingWindow,
} from "./sliding-window.ts";
import { durationMs } from "./units.ts";

const DAY_MS = 86_400_000;
const windowOf = (text: string): SlidingWindow => readSlidingWindows([text], "it")[0]!;
const kept = (seconds: number, days: number) => ({
  intervalMs: durationMs(seconds * 1_000),
  keepMs: durationMs(days * DAY_MS),
});
const refused = (message: string): unknown => expect.objectContaining({ code: "TAPE_CONFIG_INVALID", message });

describe("a sliding window", () => {
  test("is named by its length and its step", () => {
    expect(readSlidingWindow("10s/5s")).toEqual({ lengthMs: 10_000, stepMs: 5_000 });
    expect(readSlidingWindow("3s/1s")).toEqual({ lengthMs: 3_000, stepMs: 1_000 });
    expect(readSlidingWindow("12h/1m")).toEqual({ lengthMs: 43_200_000, stepMs: 60_000 });
  });

  test("reads back from its name, the shortest there is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: MAX_STEPS }), fc.integer({ min: 1, max: 800 }), (steps, seconds) => {
        const window = { lengthMs: durationMs(steps * seconds * 1_000), stepMs: durationMs(seconds * 1_000) };
        expect(readSlidingWindow(slidingWindowText(window))).toEqual(window);
      }),
    );
    expect(slidingWindowText(windowOf("60s/30s"))).toBe("1m/30s");
  });

  test.each([
    ["10s", "it must be a length and a step like 10s/5s, each of whole seconds and at most 7d"],
    ["10s/5s/1s", "it must be a length and a step like 10s/5s, each of whole seconds and at most 7d"],
    ["10s/500ms", "it must be a length and a step like 10s/5s, each of whole seconds and at most 7d"],
    ["0s/0s", "it must be a length and a step like 10s/5s, each of whole seconds and at most 7d"],
    ["8d/1d", "it must be a length and a step like 10s/5s, each of whole seconds and at most 7d"],
    ["10s/3s", "it must have a step that divides its length, as 10s/5s has"],
    ["5s/10s", "it must have a step that divides its length, as 10s/5s has"],
    ["10s/10s", "it must be longer than its step: windows of one step are an interval's"],
    ["721s/1s", "it must be at most 720 steps long"],
  ])("rejects %s and says why", (text, sentence) => {
    expect(() => readSlidingWindows(["10s/5s", text], "it")).toThrow(refused(`${sentence}, was "${text}"`));
  });

  test("rejects one that is named twice", () => {
    expect(() => readSlidingWindows(["1m/30s", "60s/30s"], "it")).toThrow(
      refused('it must name each one once, was "1m/30s twice"'),
    );
  });
});

describe("the stored intervals", () => {
  const stored = [kept(10, 7), kept(60, 400)];

  test("take in the steps of sliding windows, kept for a day", () => {
    expect(withSteps(stored, [windowOf("10s/5s"), windowOf("3s/1s"), windowOf("20s/5s")])).toEqual([
      kept(1, 1),
      kept(5, 1),
      kept(10, 7),
      kept(60, 400),
    ]);
  });

  test("keep a step for twice the longest window that slides by it, where that is longer", () => {
    expect(withSteps(stored, [windowOf("2d/1h"), windowOf("7d/1h"), windowOf("1d/1h")])).toContainEqual(
      kept(3_600, 14),
    );
  });

  test("stay as they are where they name the steps, and when the steps are taken in again", () => {
    expect(withSteps(stored, [windowOf("10m/1m"), windowOf("1m/10s")])).toBe(stored);
    const windows = [windowOf("10s/5s"), windowOf("3s/1s")];
    const both = withSteps(stored, windows);
    expect(withSteps(both, windows)).toBe(both);
  });

  test("reject a step that is kept for less than a window", () => {
    expect(() => withSteps(stored, [windowOf("7d/1h")])).not.toThrow();
    expect(() => withSteps([kept(3_600, 1)], [windowOf("7d/1h")])).toThrow(
      refused("intervals must keep 1h, the step of 7d/1h, for 7d at least, was 86400 s"),
    );
  });
});
