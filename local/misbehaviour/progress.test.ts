import { expect, test } from "vitest";
import type { MappedEvent } from "./mapped-event.ts";
import { Progress } from "./progress.ts";

/** Records that arrived in the seconds of their sequence numbers. */
const batch = (shardId: string, ...numbers: readonly number[]): MappedEvent => ({
  shardId,
  Records: numbers.map((number) => ({
    eventID: `${shardId}:${number}`,
    kinesis: { sequenceNumber: String(number), approximateArrivalTimestamp: number },
  })),
  window: {},
  state: {},
});

test("a record counts when it is delivered for the first time, by whichever mapping", () => {
  const progress = new Progress();
  progress.noteDelivery("first", batch("a", 9, 10));
  progress.noteDelivery("another", batch("a", 9, 10, 11));
  progress.noteDelivery("first", batch("b", 5));
  expect(progress.delivered).toBe(4);
  expect(progress.startsMs).toEqual([5_000, 9_000, 10_000, 11_000]);
});

test("a mapping may start anywhere up to the first record of any shard that may not be stored", () => {
  //   a   1--2--3   4--5        stored up to 3, 4 and 5 in a state
  //   b      2--3               all stored
  const progress = new Progress();
  progress.noteDelivery("first", batch("a", 1, 2, 3));
  progress.noteSuccess("first", "a", false);
  progress.noteDelivery("first", batch("a", 4, 5));
  progress.noteSuccess("first", "a", true);
  progress.noteDelivery("first", batch("b", 2, 3));
  progress.noteSuccess("first", "b", false);
  expect(progress.safeStartsMs).toEqual([1_000, 2_000, 2_000, 3_000, 3_000]);
  progress.noteDelivery("first", batch("b", 10));
  expect(progress.safeStartsMs).toEqual([1_000, 2_000, 2_000, 3_000, 3_000, 4_000]);
});
