import { describe, expect, test } from "vitest";
import { epochMs, sequenceNumber } from "#core/units.ts";
import type { Checkpoint, CheckpointStore } from "./checkpoint-store.ts";

const checkpoint = ({ last, ...rest }: Partial<Omit<Checkpoint, "last">> & { last: number }): Checkpoint => ({
  stream: "ticks",
  shard: "shardId-000000000000",
  last: sequenceNumber(String(last)),
  lastArrivalMs: epochMs(1_381_132_801_000 + last),
  seen: new Uint8Array([0, 1, 127, 128, 255, last % 256]),
  newestEventTimeMs: epochMs(1_381_132_800_000 + last),
  frontierMs: epochMs(1_381_132_799_000 + last),
  counts: {
    records: last,
    trades: 2 * last,
    lateTrades: 3,
    correctingTrades: 1,
    duplicateFrames: 4,
    duplicateTrades: 5,
    rejected: 6,
  },
  ...rest,
});

/** What every checkpoint store must do. */
export const checkpointStoreContract = (name: string, open: () => Promise<CheckpointStore & AsyncDisposable>): void => {
  describe(`CheckpointStore: ${name}`, () => {
    test("keeps the checkpoint of the greatest last, whatever the order of writes", async () => {
      for (const order of [
        [9, 10, 200],
        [200, 10, 9],
        [10, 200, 9],
        [200, 200],
      ]) {
        await using store = await open();
        for (const last of order) await store.put(checkpoint({ last }));
        expect(await store.get("ticks", "shardId-000000000000")).toEqual(checkpoint({ last: 200 }));
      }
    });

    test("knows no checkpoint before there is one", async () => {
      await using store = await open();
      await store.put(checkpoint({ last: 1 }));
      expect(await store.get("ticks", "shardId-000000000001")).toBeUndefined();
      expect(await store.get("bars", "shardId-000000000000")).toBeUndefined();
      expect(await store.list("bars")).toEqual([]);
    });

    test("keeps the frames seen byte for byte, be they none or many", async () => {
      await using store = await open();
      const seens = [new Uint8Array(), Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256)];
      for (const [i, seen] of seens.entries()) {
        await store.put(checkpoint({ last: i + 1, seen }));
        expect((await store.get("ticks", "shardId-000000000000"))?.seen).toEqual(seen);
      }
    });

    test("keeps a checkpoint without a trade, and replaces it by one with trades", async () => {
      await using store = await open();
      const empty = checkpoint({
        last: 1,
        newestEventTimeMs: undefined,
        frontierMs: undefined,
        lastArrivalMs: undefined,
      });
      await store.put(empty);
      expect(await store.get("ticks", "shardId-000000000000")).toEqual(empty);
      await store.put(checkpoint({ last: 2 }));
      expect(await store.get("ticks", "shardId-000000000000")).toEqual(checkpoint({ last: 2 }));
    });

    test("is not touched by what the caller does to its bytes afterwards", async () => {
      await using store = await open();
      const written = checkpoint({ last: 1 });
      await store.put(written);
      written.seen.fill(9);
      (await store.get("ticks", "shardId-000000000000"))?.seen.fill(9);
      expect(await store.get("ticks", "shardId-000000000000")).toEqual(checkpoint({ last: 1 }));
    });

    test("lists the shards of one stream, ordered", async () => {
      await using store = await open();
      const shards = ["shardId-000000000010", "shardId-000000000002", "shardId-000000000000"];
      for (const shard of shards) await store.put(checkpoint({ shard, last: 5 }));
      await store.put(checkpoint({ stream: "ticks2", last: 5 }));
      expect(await store.list("ticks")).toEqual(shards.toReversed().map((shard) => checkpoint({ shard, last: 5 })));
    });
  });
};
