import { describe, expect, test } from "vitest";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { isInGap, type Gap, type GapStore } from "./gap-store.ts";

const gap = ({
  after,
  before,
  ...rest
}: Partial<Omit<Gap, "after" | "before">> & { after?: number; before: number }): Gap => ({
  stream: "ticks",
  shard: "shardId-000000000000@a",
  after: after === undefined ? undefined : sequenceNumber(String(after)),
  before: sequenceNumber(String(before)),
  noticedAtMs: epochMs(1_381_132_800_000 + before),
  ...rest,
});

/** What every gap store must do. */
export const gapStoreContract = (name: string, open: () => Promise<GapStore & AsyncDisposable>): void => {
  describe(`GapStore: ${name}`, () => {
    test("lists the gaps of one stream, by shard and beginning", async () => {
      await using store = await open();
      const gaps = [
        gap({ before: 3 }),
        gap({ after: 9, before: 20 }),
        gap({ after: 100, before: 101 }),
        gap({ shard: "shardId-000000000001@a", before: 7 }),
      ];
      for (const one of gaps.toReversed()) await store.note(one);
      await store.note(gap({ stream: "ticks2", after: 5, before: 6 }));
      expect(await store.list("ticks")).toEqual(gaps);
      expect(await store.list("bars")).toEqual([]);
    });

    test("keeps of two with one beginning the longer, whatever the order, and one noted again once", async () => {
      for (const order of [
        [9, 200, 30],
        [200, 9, 30],
        [200, 200],
      ]) {
        await using store = await open();
        for (const before of order) await store.note(gap({ after: 5, before }));
        expect(await store.list("ticks")).toEqual([gap({ after: 5, before: 200 })]);
      }
    });

    test("a record lies in a gap when it is strictly between its ends, in its shard", async () => {
      const gaps = [gap({ before: 3 }), gap({ after: 9, before: 20 })];
      const inside = (at: number, shard = gaps[0]!.shard) => isInGap(gaps, shard, sequenceNumber(String(at)));
      expect([2, 3, 9, 10, 19, 20].map((at) => inside(at))).toEqual([true, false, false, true, true, false]);
      expect(inside(10, "shardId-000000000001@a")).toBe(false);
    });
  });
};
