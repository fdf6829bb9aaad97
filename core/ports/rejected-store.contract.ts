import { describe, expect, test } from "vitest";
import type { Rejected } from "#core/trade.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";
import type { RejectedStore } from "./rejected-store.ts";

const noon = Date.UTC(2013, 9, 7, 12);

const rejected = ({ at, ...rest }: Partial<Omit<Rejected, "sequenceNumber">> & { at: number }): Rejected => ({
  stream: "ticks",
  shard: "shardId-000000000000",
  sequenceNumber: sequenceNumber(String(at)),
  index: 0,
  reason: "malformed-json",
  arrivalTimeMs: epochMs(noon),
  bytes: new Uint8Array([123, 0, 255, at % 256]),
  ...rest,
});

/** What every store of the rejected must do. */
export const rejectedStoreContract = (name: string, open: () => Promise<RejectedStore & AsyncDisposable>): void => {
  describe(`RejectedStore: ${name}`, () => {
    test("lists one shard and day by position, the record as a whole before its parts", async () => {
      await using store = await open();
      const rows = [
        rejected({ at: 9, index: 3 }),
        rejected({ at: 10, index: -1, reason: "malformed-frame" }),
        rejected({ at: 10, index: 2, reason: "future" }),
        rejected({ at: 10, index: 10 }),
        rejected({ at: 200, index: 0 }),
      ];
      await store.put([
        ...rows.toReversed(),
        rejected({ at: 11, shard: "shardId-000000000001" }),
        rejected({ at: 12, stream: "ticks2" }),
      ]);
      expect(await store.list("ticks", "shardId-000000000000", "2013-10-07")).toEqual(rows);
    });

    test("a day ends where the next begins, by arrival in UTC", async () => {
      await using store = await open();
      const last = rejected({ at: 1, arrivalTimeMs: epochMs(Date.UTC(2013, 9, 8) - 1) });
      const next = rejected({ at: 2, arrivalTimeMs: epochMs(Date.UTC(2013, 9, 8)) });
      await store.put([last, next]);
      expect(await store.list("ticks", "shardId-000000000000", "2013-10-07")).toEqual([last]);
      expect(await store.list("ticks", "shardId-000000000000", "2013-10-08")).toEqual([next]);
      expect(await store.list("ticks", "shardId-000000000000", "2013-10-09")).toEqual([]);
    });

    test("writing one again, or twice at once, changes nothing", async () => {
      await using store = await open();
      await store.put([]);
      await store.put([rejected({ at: 1 }), rejected({ at: 1 })]);
      await store.put([rejected({ at: 1 })]);
      expect(await store.list("ticks", "shardId-000000000000", "2013-10-07")).toEqual([rejected({ at: 1 })]);
    });

    test("keeps many, and the bytes of each as they came, be they none or a whole record's", async () => {
      await using store = await open();
      const rows = [0, 1, 1_048_576].map((length, i) =>
        rejected({ at: i + 1, bytes: Uint8Array.from({ length }, (_, at) => (at * 31) % 256) }),
      );
      const many = Array.from({ length: 60 }, (_, i) => rejected({ at: 100, index: i }));
      await store.put([...rows, ...many]);
      const listed = await store.list("ticks", "shardId-000000000000", "2013-10-07");
      expect(listed.map(({ sequenceNumber: at, index }) => [at, index])).toEqual(
        [...rows, ...many].map(({ sequenceNumber: at, index }) => [at, index]),
      );
      expect(listed.every(({ bytes }, i) => Buffer.from(bytes).equals([...rows, ...many][i]?.bytes ?? bytes))).toBe(
        true,
      );
    });

    test("is not touched by what the caller does to its bytes afterwards", async () => {
      await using store = await open();
      const written = rejected({ at: 1 });
      await store.put([written]);
      written.bytes.fill(9);
      expect(await store.list("ticks", "shardId-000000000000", "2013-10-07")).toEqual([rejected({ at: 1 })]);
    });
  });
};
