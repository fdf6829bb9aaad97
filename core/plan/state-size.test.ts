import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { windowStart } from "../interval.ts";
import { durationMs, epochMs } from "../units.ts";
import { STATE_LIMIT_BYTES, stateSizeOf, type StateLoad } from "./state-size.ts";

const load = (change: Partial<StateLoad> = {}): StateLoad => ({
  symbolCount: 4,
  shardCount: 1,
  intervalsMs: [durationMs(10_000), durationMs(60_000)],
  arrivalWindowMs: durationMs(15_000),
  maxOutOfOrdernessMs: durationMs(2_000),
  ...change,
});

describe("stateSizeOf", () => {
  test("counts the windows that the arrival window and the disorder cut", () => {
    // event times span 17 s
    // 0         10        20        30   s
    // |------- [|=========|=======)-|      three windows of 10s, two of 1m
    expect(stateSizeOf(load())).toEqual({
      paneCount: 4 * (3 + 2),
      stateBytes: 960,
      isWithinLimit: true,
      arithmetic:
        "4 symbols a shard x open windows (3 of 10s + 2 of 1m) = 20 panes, x 36 bytes x 4/3 for base64 = 960 bytes",
    });
  });

  test("holds 4,000 symbols in one shard and not 4,001", () => {
    expect(stateSizeOf(load({ symbolCount: 4_000 })).stateBytes).toBe(STATE_LIMIT_BYTES);
    expect(stateSizeOf(load({ symbolCount: 4_000 })).isWithinLimit).toBe(true);
    expect(stateSizeOf(load({ symbolCount: 4_001 })).isWithinLimit).toBe(false);
  });

  test("spreads symbols over shards", () => {
    expect(stateSizeOf(load({ symbolCount: 6_001, shardCount: 2 })).paneCount).toBe(3_001 * 5);
  });

  test("counts no fewer windows than any span of event times touches", () => {
    const seconds = (max: number) => fc.integer({ min: 1, max }).map((count) => durationMs(count * 1_000));
    fc.assert(
      fc.property(
        seconds(900),
        seconds(60),
        seconds(3_600),
        fc.nat(10_000_000),
        (arrival, disorder, interval, start) => {
          const end = start + arrival + disorder - 1;
          const touched = (windowStart(epochMs(end), interval) - windowStart(epochMs(start), interval)) / interval + 1;
          const size = stateSizeOf(
            load({ symbolCount: 1, intervalsMs: [interval], arrivalWindowMs: arrival, maxOutOfOrdernessMs: disorder }),
          );
          expect(size.paneCount).toBeGreaterThanOrEqual(touched);
          expect(size.paneCount).toBeLessThanOrEqual(touched + 1);
        },
      ),
    );
  });
});
