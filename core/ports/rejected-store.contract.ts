import { describe, expect, test } from "vitest";
import { MAX_FAULTS, type Fault, type Rejected } from "#core/trade.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";
import type { RejectedStore } from "./rejected-store.ts";

const noon = Date.UTC(2013, 9, 7, 12);

const rejected = ({ at, ...rest }: Partial<Omit<Rejected, "sequenceNumber">> & { at: number }): Rejected => ({
  stream: "ticks",
  shard: "shardId-000000000000",
  sequenceNumber: sequenceNumber(String(at)),
  arrivalTimeMs: epochMs(noon),
  count: 1,
  faults: [{ index: 0, reason: "malformed-json" }],
  bytes: new Uint8Array([123, 0, 255, at % 256]),
  ...rest,
});

/** What every store of the rejected must do. */
export const rejectedStoreContract = (name: string, open: () => Promise<RejectedStore & AsyncDisposable>): void => {
  describe(`RejectedStore: ${name}`, () => {
    test("lists one shard and day by position", async () => {
      await using store = await open();
      const rows = [9, 10, 11, 12, 99, 100, 200, 1_000, 10_000].map((at) => rejected({ at }));
      await store.put([
        ...rows.toReversed(),
        rejected({ at: 11, shard: "shardId-000000000001" }),
        rejected({ at: 12, stream: "ticks2" }),
      ]);
      expect(await store.list("ticks", "shardId-000000000000", "2013-10-07")).toEqual(rows);
    });

    test("keeps how many trades a record lost, and which and why of the first", async () => {
      await using store = await open();
      const whole = rejected({ at: 1, faults: [{ index: -1, reason: "malformed-frame" }] });
      const few = rejected({
        at: 2,
        count: 2,
        faults: [
          { index: 2, reason: "future" },
          { index: 10, reason: "not-positive" },
        ],
      });
      const faults = Array.from({ length: MAX_FAULTS }, (_, index): Fault => ({ index, reason: "too-many-decimals" }));
      const many = rejected({ at: 3, count: 500_000, faults });
      await store.put([whole, few, many]);
      expect(await store.list("ticks", "shardId-000000000000", "2013-10-07")).toEqual([whole, few, many]);
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

    test("keeps many, and the bytes of each as they came, be they none or a large record's", async () => {
      await using store = await open();
      const large = [0, 1, 380_000, 380_001, 1_048_576].map((length, i) =>
        rejected({ at: i + 1, bytes: Uint8Array.from({ length }, (_, at) => (at * 31) % 256) }),
      );
      const rows = [...large, ...Array.from({ length: 60 }, (_, i) => rejected({ at: 100 + i }))];
      await store.put(rows);
      const listed = await store.list("ticks", "shardId-000000000000", "2013-10-07");
      expect(listed.map(({ sequenceNumber: at }) => at)).toEqual(rows.map(({ sequenceNumber: at }) => at));
      expect(listed.every(({ bytes }, i) => Buffer.from(bytes).equals(rows[i]!.bytes))).toBe(true);
    });

    test("keeps what was put again, the mark with more of it, though the record is written again", async () => {
      await using store = await open();
      const [one, other] = [rejected({ at: 1, bytes: new Uint8Array(400_000) }), rejected({ at: 2 })];
      const list = () => store.list("ticks", one.shard, "2013-10-07");
      await store.put([one, other]);
      expect((await list()).map(({ redriven }) => redriven)).toEqual([undefined, undefined]);
      await store.markRedriven(one, { indexes: [0, 1, 2, 7], atMs: epochMs(noon + 2) });
      await store.markRedriven(one, { indexes: [0, 1], atMs: epochMs(noon + 3) });
      await store.markRedriven({ ...one, stream: "ticks2" }, { indexes: [4], atMs: epochMs(noon) });
      await store.put([one]);
      expect(await list()).toEqual([{ ...one, redriven: { indexes: [0, 1, 2, 7], atMs: noon + 2 } }, other]);
      expect(await store.list("ticks2", one.shard, "2013-10-07")).toEqual([]);
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
