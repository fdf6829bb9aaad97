import { describe, expect, test } from "vitest";
import { sequenceNumber } from "#core/units.ts";
import type { StoreMark, StoreMarks } from "./store-marks.ts";

const mark = (last: number, given: Partial<StoreMark> = {}): StoreMark => ({
  stream: "ticks",
  shard: "shardId-000000000000",
  last: sequenceNumber(String(last)),
  ...given,
});

/** What every store of marks must do. */
export const storeMarksContract = (name: string, open: () => Promise<StoreMarks & AsyncDisposable>): void => {
  describe(`StoreMarks: ${name}`, () => {
    test("keeps the greatest mark, whatever the order of writes", async () => {
      for (const order of [
        [9, 10, 200],
        [200, 10, 9],
        [10, 200, 200],
      ]) {
        await using marks = await open();
        for (const last of order) await marks.put(mark(last));
        expect(await marks.list("ticks")).toEqual([mark(200)]);
      }
    });

    test("lists a stream's marks by shard, and no other stream's", async () => {
      await using marks = await open();
      const second = mark(5, { shard: "shardId-000000000001" });
      for (const one of [second, mark(7), mark(8, { stream: "other" })]) await marks.put(one);
      expect(await marks.list("ticks")).toEqual([mark(7), second]);
      expect(await marks.list("none")).toEqual([]);
    });
  });
};
