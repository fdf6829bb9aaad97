import { expect, test } from "vitest";
import { countsOf, type ShardCounts } from "#core/shard-counts.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { batchReadings } from "./tell-batch.ts";

/** Each of another number, so that no two can be taken for one another. */
const COUNTS: ShardCounts = {
  records: 9,
  trades: 50,
  lateTrades: 4,
  correctingTrades: 3,
  duplicateFrames: 2,
  duplicateTrades: 30,
  rejected: 1,
};
const NOTHING = countsOf(() => 0);

const readingsOf = (counts: ShardCounts, state: Uint8Array | undefined, hasEndedEarly: boolean) =>
  batchReadings({
    shard: "0",
    records: [{ sequenceNumber: sequenceNumber("1"), data: new Uint8Array(), arrivalTimeMs: epochMs(1_000) }],
    startedMs: epochMs(1_250),
    outcome: {
      state,
      isStateUnreadable: false,
      hasEndedEarly,
      report: { counts, producers: [], firstSequence: undefined, lastSequence: undefined, updateRecords: 0 },
    },
  });

test("a batch's readings are its own counts, each under its own name", () => {
  expect(readingsOf(COUNTS, new Uint8Array(77), false)).toEqual({
    FramesRead: 7,
    TradesFolded: 50,
    LateTrades: 4,
    DuplicateTrades: 30,
    RejectedTrades: 1,
    IteratorAgeMs: 250,
    StateBytes: 77,
  });
});

test("counts of nothing are not told, and a life that ended early is", () => {
  expect(readingsOf(NOTHING, undefined, true)).toEqual({ LivesEndedEarly: 1, IteratorAgeMs: 250 });
});
