import { describe, expect, test } from "vitest";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import type { FailedBatch, FailedBatchStore } from "./failed-batch-store.ts";

/** A store, and a way to let batches fail into it. */
export interface OpenFailedBatchStore extends AsyncDisposable {
  readonly store: FailedBatchStore;
  fail(key: string, batch: FailedBatch): Promise<void>;
  /** Leaves something under the key that is no batch. */
  spoil(key: string): Promise<void>;
}

const batch = (at: number, stream = "ticks"): FailedBatch => ({
  stream,
  shardId: "shardId-000000000000",
  records: [0, 1].map((i) => ({
    sequenceNumber: sequenceNumber(`4959033827149025660855969253836157109592157598913658${at + i}`),
    arrivalTimeMs: epochMs(1_381_132_800_123 + i),
    data: i === 0 ? utf8Bytes(`{"at":${at}}`) : new Uint8Array([0, 255, at]),
  })),
});

/** What every store of failed batches must do. */
export const failedBatchStoreContract = (name: string, open: () => Promise<OpenFailedBatchStore>): void => {
  describe(`FailedBatchStore: ${name}`, () => {
    test("lists what waits and what is done, ordered, and reads both", async () => {
      await using opened = await open();
      const { store, fail } = opened;
      expect([await store.list("waiting"), await store.list("done")]).toEqual([[], []]);
      const [first, second, third] = ["aws/lambda/m/0/2", "aws/lambda/m/0/10", "aws/lambda/n/1/1"] as const;
      await fail(third, batch(3));
      await fail(first, batch(1, "bars"));
      await fail(second, { ...batch(2), records: [] });
      expect(await store.list("waiting")).toEqual([second, first, third]);
      await store.finish(first);
      await store.finish(first);
      expect([await store.list("waiting"), await store.list("done")]).toEqual([[second, third], [first]]);
      expect(await store.read(first)).toEqual(batch(1, "bars"));
      expect(await store.read(second)).toEqual({ ...batch(2), records: [] });
      expect(await store.read(third)).toEqual(batch(3));
    });

    test("rejects a key of nothing, and one of no batch", async () => {
      await using opened = await open();
      const { store, spoil } = opened;
      await spoil("aws/lambda/m/0/1");
      for (const key of ["aws/lambda/m/0/1", "aws/lambda/m/0/2"])
        await expect(store.read(key)).rejects.toMatchObject({ code: "TAPE_FILE_UNREADABLE" });
    });
  });
};
