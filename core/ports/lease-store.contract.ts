import { describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import type { Lease, LeaseStore } from "./lease-store.ts";

const take = (store: LeaseStore, holder: string, nowMs: number, untilMs: number): Promise<Lease | undefined> =>
  store.acquire({ name: "replay", holder, nowMs: epochMs(nowMs), untilMs: epochMs(untilMs) });

const taken = async (store: LeaseStore, holder: string, nowMs: number, untilMs: number): Promise<Lease> => {
  const lease = await take(store, holder, nowMs, untilMs);
  if (lease === undefined) throw new RangeError(`the lease must be free for ${holder} at ${nowMs}`);
  return lease;
};

/** What every lease store must do. */
export const leaseStoreContract = (name: string, open: () => Promise<LeaseStore & AsyncDisposable>): void => {
  describe(`LeaseStore: ${name}`, () => {
    test("one run holds the lease until its time is over", async () => {
      await using store = await open();
      //       0             100            200
      // a     [--------------)
      // b        no at 99    [--------------)
      const lease = { name: "replay", holder: "a", untilMs: 100, state: undefined };
      expect(await take(store, "a", 0, 100)).toEqual(lease);
      expect(await take(store, "b", 99, 200)).toBeUndefined();
      expect(await take(store, "b", 100, 200)).toEqual({ ...lease, holder: "b", untilMs: 200 });
      expect(await take(store, "a", 100, 200)).toBeUndefined();
    });

    test("of many runs at once one gets the lease", async () => {
      await using store = await open();
      const leases = await Promise.all(Array.from({ length: 20 }, (_, i) => take(store, `run ${i}`, 0, 100)));
      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    test("leases of different names are apart", async () => {
      await using store = await open();
      await taken(store, "a", 0, 100);
      const other = await store.acquire({ name: "other", holder: "b", nowMs: epochMs(0), untilMs: epochMs(100) });
      expect(other?.holder).toBe("b");
    });

    test("a name may be long: that of a source of many symbols", async () => {
      await using store = await open();
      const names = ["A", "B"].map((last) => `sim:?symbols=${"SPY,".repeat(1_000)}${last}é`);
      for (const name of names) {
        const lease = await store.acquire({ name, holder: name.at(-2)!, nowMs: epochMs(0), untilMs: epochMs(100) });
        expect(lease).toMatchObject({ name, holder: name.at(-2) });
      }
      expect(await store.get(names[0]!)).toMatchObject({ name: names[0], holder: "A" });
    });

    test("who holds the lease may take it again, for longer", async () => {
      await using store = await open();
      await taken(store, "a", 0, 100);
      expect((await take(store, "a", 50, 150))?.untilMs).toBe(150);
      expect(await take(store, "b", 149, 300)).toBeUndefined();
    });

    test("a release frees the lease at once", async () => {
      await using store = await open();
      await store.release(await taken(store, "a", 10, 100), epochMs(11));
      expect((await take(store, "b", 11, 100))?.holder).toBe("b");
    });

    test("the state outlives saving, release and expiry", async () => {
      await using store = await open();
      const one = await taken(store, "a", 0, 100);
      await store.save(one, '{"row":1}');
      await store.save(one, '{"row":2}');
      await store.release(one, epochMs(40));
      const two = await taken(store, "b", 50, 100);
      expect(two.state).toBe('{"row":2}');
      expect((await taken(store, "c", 100, 200)).state).toBe('{"row":2}');
    });

    test("who took it last may save after its time", async () => {
      await using store = await open();
      await store.save(await taken(store, "a", 0, 100), '"late"');
      expect((await taken(store, "b", 500, 600)).state).toBe('"late"');
    });

    test("rejects a save after another took the lease", async () => {
      await using store = await open();
      const old = await taken(store, "a", 0, 100);
      const current = await taken(store, "b", 100, 200);
      await store.save(current, '"new"');
      await expect(store.save(old, '"old"')).rejects.toMatchObject({ code: "TAPE_LEASE_LOST" });
      expect((await taken(store, "c", 200, 300)).state).toBe('"new"');
    });

    test("is read as its last holder left it", async () => {
      await using store = await open();
      expect(await store.get("replay")).toBeUndefined();
      const lease = await taken(store, "a", 0, 100);
      expect(await store.get("replay")).toEqual(lease);
      await store.save(lease, '{"row":1}');
      await store.release(lease, epochMs(60));
      expect(await store.get("replay")).toEqual({ ...lease, untilMs: 60, state: '{"row":1}' });
    });

    test("a release by a former holder does nothing", async () => {
      await using store = await open();
      const old = await taken(store, "a", 0, 100);
      await taken(store, "b", 100, 200);
      await store.release(old, epochMs(120));
      expect(await take(store, "c", 150, 300)).toBeUndefined();
    });
  });
};
