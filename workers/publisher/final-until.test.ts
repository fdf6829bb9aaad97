import { describe, expect, test } from "vitest";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { tumbling } from "./published-window.ts";
import { finalUntil, type PartitionStanding } from "./final-until.ts";

const rules = {
  window: tumbling(durationMs(60_000)),
  maxOutOfOrdernessMs: durationMs(2_000),
  idleMs: durationMs(10_000),
};
const sliding = { ...rules, window: { lengthMs: durationMs(10_000), stepMs: durationMs(5_000) } };
const now = epochMs(1_000_000);

/** A partition whose records up to `last` of `end` are folded, the last of them come `silentMs` ago. */
const partition = (last: number, end: number, frontierMs: number, silentMs = 0): PartitionStanding => ({
  lastRecord: sequenceNumber(String(end)),
  checkpoint: {
    last: sequenceNumber(String(last)),
    lastArrivalMs: epochMs(now - silentMs),
    newestEventTimeMs: epochMs(frontierMs),
    frontierMs: epochMs(frontierMs),
  },
});
const empty: PartitionStanding = { lastRecord: undefined, checkpoint: undefined };

describe("what is final", () => {
  test("ends with the last window that the slowest busy partition has left behind", () => {
    //   600 000    660 000
    // [---------)[---------)
    //            ^ 662 000 less the allowed 2 000
    expect(finalUntil([partition(5, 5, 662_000), partition(9, 9, 900_000)], now, rules)).toBe(660_000);
    expect(finalUntil([partition(5, 5, 661_999), partition(9, 9, 900_000)], now, rules)).toBe(600_000);
  });

  test("is not held up by a partition that is silent and folded, or never had a record", () => {
    const silent = partition(5, 5, 100_000, 10_001);
    expect(finalUntil([silent, empty, partition(9, 9, 900_000)], now, rules)).toBe(840_000);
  });

  test("is held up by a partition that is silent because its aggregator is down", () => {
    const waiting = partition(5, 6, 100_000, 60_000);
    expect(finalUntil([waiting, partition(9, 9, 900_000)], now, rules)).toBe(60_000);
  });

  test("is all that was sent, up to now, when every partition is silent and folded", () => {
    expect(finalUntil([partition(5, 5, 661_000, 20_000), empty], now, rules)).toBe(720_000);
    expect(finalUntil([partition(5, 5, 999_000, 20_000)], now, rules)).toBe(960_000);
  });

  test("of sliding windows ends with the last step that all partitions have left behind", () => {
    expect(finalUntil([partition(5, 5, 662_000), partition(9, 9, 900_000)], now, sliding)).toBe(660_000);
    expect(finalUntil([partition(5, 5, 661_999), partition(9, 9, 900_000)], now, sliding)).toBe(655_000);
  });

  //          661 000
  // panes |----x----|----|
  //            [---------)   the last window that holds the last trade
  test("is every sliding window that holds a trade, when every partition is silent and folded", () => {
    expect(finalUntil([partition(5, 5, 661_000, 20_000), empty], now, sliding)).toBe(670_000);
    expect(finalUntil([partition(5, 5, 999_000, 20_000), empty], now, sliding)).toBe(1_000_000);
  });

  test("cannot be said before anything is folded of a partition that has records", () => {
    const unread: PartitionStanding = { lastRecord: sequenceNumber("0"), checkpoint: undefined };
    expect(finalUntil([unread, partition(9, 9, 900_000)], now, rules)).toBeUndefined();
    expect(finalUntil([empty], now, rules)).toBeUndefined();
  });
});
