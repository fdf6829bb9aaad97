import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pane } from "#test/pane-fixture.ts";
import { barStatus, isFinal, progressAfter, SeenBars, type Progress } from "./bar-status.ts";
import type { Bar } from "./bar.ts";
import { barsOf } from "./bars.ts";
import type { FeedState } from "./protocol/pipeline-status.ts";
import { durationMs, epochMs } from "./units.ts";

const minute = durationMs(60_000);
const at = (watermarkMs: number | undefined, isClosed = false): Progress => ({
  watermarkMs: watermarkMs === undefined ? undefined : epochMs(watermarkMs),
  isClosed,
});

const bar = (tradeCount = 1, isCorrected = false): Bar =>
  barsOf([{ ...pane({ last: tradeCount }), isCorrected }], minute)[0]!;

describe("the status of a bar", () => {
  test.each([
    ["forming", "no trade has come yet", at(undefined), bar()],
    ["forming", "the watermark is in it", at(59_999), bar()],
    ["final", "the watermark has passed its end, which is not of it", at(60_000), bar()],
    ["final", "the source has come to its end", at(undefined, true), bar()],
    ["corrected", "a shard says so", at(60_000), bar(1, true)],
    ["corrected", "a shard says so that is ahead of the others", at(59_999), bar(1, true)],
  ])("is %s when %s", (status, _, progress, shown) => {
    expect(barStatus(shown, progress)).toBe(status);
  });

  test("is corrected when the client saw it change", () => {
    expect(barStatus(bar(), at(60_000), true)).toBe("corrected");
  });

  test("never goes back to forming while the source goes on", () => {
    const heard = fc.array(fc.option(fc.integer({ min: 0, max: 200_000 }), { nil: undefined }));
    fc.assert(
      fc.property(heard, (watermarks) => {
        let progress: Progress | undefined;
        let wasFinal = false;
        for (const watermarkMs of watermarks) {
          progress = progressAfter(progress, status(watermarkMs));
          const isNow = isFinal(bar(), progress);
          expect(wasFinal && !isNow).toBe(false);
          wasFinal = isNow;
        }
      }),
    );
  });
});

const status = (watermarkMs: number | undefined, feed: FeedState = "live") => ({
  timeMs: epochMs(0),
  watermarkMs: at(watermarkMs).watermarkMs,
  feed,
  counts: { trades: 0, late: 0, duplicates: 0, rejected: 0 },
});

test("a source that begins again leaves only what its watermark had passed final", () => {
  const closed = progressAfter(progressAfter(undefined, status(30_000)), status(30_000, "closed"));
  expect([isFinal(bar(), closed), isFinal(bar(), progressAfter(closed, status(30_000)))]).toEqual([true, false]);
});

describe("a client that watches", () => {
  type Look = readonly [nowMs: number, tradeCount: number, watermarkMs?: number];

  /** Looks each second from one step to the next, and says of each step whether the bar was seen to change by then. */
  const watch = (...looks: readonly Look[]): readonly boolean[] => {
    const seen = new SeenBars();
    return looks.map(([nowMs, tradeCount, watermarkMs = 60_000], index) => {
      const [beforeMs, beforeCount, beforeWatermarkMs = 60_000] = looks[index - 1] ?? [nowMs, tradeCount];
      for (let passingMs = beforeMs + 1_000; passingMs < nowMs; passingMs += 1_000)
        seen.see([bar(beforeCount)], at(beforeWatermarkMs), passingMs);
      seen.see([bar(tradeCount)], at(watermarkMs), nowMs);
      return seen.hasChanged(bar());
    });
  };

  test("notices a settled bar that changes, and does not forget it", () => {
    expect(watch([0, 5], [30_001, 6], [30_002, 6], [30_003, 7])).toEqual([false, true, true, true]);
  });

  test("takes what comes soon after for what was on its way", () => {
    expect(watch([0, 5], [30_000, 6], [60_000, 7])).toEqual([false, false, false]);
    expect(watch([0, 5], [30_000, 6], [60_001, 7])).toEqual([false, false, true]);
  });

  test("does not count the time in which a bar was forming", () => {
    expect(watch([0, 5, 59_999], [40_000, 5], [50_000, 6])).toEqual([false, false, false]);
  });

  test("does not count the time in which it did not look", () => {
    const seen = new SeenBars();
    for (const nowMs of [0, 6_000, 12_000, 18_000, 24_000, 30_000, 36_000]) seen.see([bar(5)], at(60_000), nowMs);
    seen.see([bar(6)], at(60_000), 36_001);
    expect(seen.hasChanged(bar())).toBe(false);
  });

  test("notices a settled bar that changed while it did not look", () => {
    expect(watch([0, 5], [31_000, 5])).toEqual([false, false]);
    const seen = new SeenBars();
    for (let nowMs = 0; nowMs <= 30_000; nowMs += 5_000) seen.see([bar(5)], at(60_000), nowMs);
    seen.see([bar(6)], at(60_000), 900_000);
    expect(seen.hasChanged(bar())).toBe(true);
  });

  test("takes a bar of fewer trades for that of another stream", () => {
    expect(watch([0, 5], [40_000, 2], [40_500, 5])).toEqual([false, false, false]);
  });

  test("remembers a bar of each interval and symbol by itself", () => {
    const seen = new SeenBars();
    const other = barsOf([pane({ symbol: "SPY", last: 1 })], minute);
    for (let nowMs = 0; nowMs <= 30_000; nowMs += 5_000) seen.see([bar(5), ...other], at(60_000), nowMs);
    seen.see([bar(6), ...other], at(60_000), 30_001);
    expect([seen.hasChanged(bar()), seen.hasChanged(other[0]!)]).toEqual([true, false]);
  });
});
