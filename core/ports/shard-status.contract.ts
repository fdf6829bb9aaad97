import { describe, expect, test } from "vitest";
import { epochMs, sequenceNumber } from "#core/units.ts";
import type { ShardStatus, ShardStatusStore } from "./shard-status.ts";

const status = (last: number, given: Partial<ShardStatus> = {}): ShardStatus => ({
  stream: "ticks",
  shard: "shardId-000000000000",
  last: sequenceNumber(String(last)),
  arrivalTimeMs: epochMs(1_381_132_801_000 + last),
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
  step: {
    newest: {
      eventTimeMs: epochMs(1_381_132_800_000 + last),
      ingestTimeMs: epochMs(1_381_132_800_100 + last),
      arrivalTimeMs: epochMs(1_381_132_801_000 + last),
    },
    foldedTimeMs: epochMs(1_381_132_802_000 + last),
    stateBytes: 300,
    paneCount: 8,
  },
  ...given,
});

/** What every store of shard statuses must do. */
export const shardStatusStoreContract = (
  name: string,
  open: () => Promise<ShardStatusStore & AsyncDisposable>,
): void => {
  describe(`ShardStatusStore: ${name}`, () => {
    test("keeps the status of the greatest last, whatever the order of writes", async () => {
      for (const order of [
        [9, 10, 200],
        [200, 10, 9],
        [10, 200, 200],
      ]) {
        await using store = await open();
        for (const last of order) await store.put(status(last));
        expect(await store.list("ticks")).toEqual([status(200)]);
      }
    });

    test("lists the shards of one stream, ordered, those without a trade too", async () => {
      await using store = await open();
      const second = status(3, {
        shard: "shardId-000000000001",
        newestEventTimeMs: undefined,
        frontierMs: undefined,
        step: { newest: undefined, foldedTimeMs: epochMs(1_381_132_802_000), stateBytes: 0, paneCount: 0 },
      });
      await store.put(second);
      await store.put(status(2));
      await store.put(status(1, { stream: "other" }));
      expect(await store.list("ticks")).toEqual([status(2), second]);
      expect(await store.list("none")).toEqual([]);
    });

    test("keeps that a producer did not say when it had the trades", async () => {
      await using store = await open();
      const newest = { ...status(1).step!.newest!, ingestTimeMs: undefined };
      await store.put(status(1, { step: { ...status(1).step!, newest } }));
      expect(await store.list("ticks")).toEqual([status(1, { step: { ...status(1).step!, newest } })]);
    });
  });
};
