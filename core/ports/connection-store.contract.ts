import { describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { MAX_WANTS, type ConnectionStore, type Subscription } from "./connection-store.ts";

const minute = durationMs(60_000);
const hour = durationMs(3_600_000);

const wants = (connectionId: string, symbol: string, intervalMs = minute): Subscription => ({
  connectionId,
  symbol,
  intervalMs,
});

/** Who wants `symbol`, by connection and interval. */
const subscribers = async (store: ConnectionStore, symbol: string): Promise<readonly Subscription[]> => {
  const text = ({ connectionId, intervalMs }: Subscription): string => `${connectionId} ${intervalMs}`;
  const all = (await store.wants()).flatMap((one) =>
    one.wants.map((want) => wants(one.connectionId, want.symbol, want.intervalMs)),
  );
  return all.filter((want) => want.symbol === symbol).toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
};

const opened = async (store: ConnectionStore, ...connectionIds: readonly string[]): Promise<void> => {
  for (const connectionId of connectionIds) {
    await store.open({ connectionId, connectedAtMs: epochMs(0), identity: undefined });
  }
};

const listed = async (store: ConnectionStore): Promise<readonly string[]> =>
  (await store.list()).map(({ connectionId }) => connectionId).toSorted();

/** What every connection store must do. */
export const connectionStoreContract = (name: string, open: () => Promise<ConnectionStore & AsyncDisposable>): void => {
  describe(`ConnectionStore: ${name}`, () => {
    test("finds who wants a symbol, at which interval", async () => {
      await using store = await open();
      await opened(store, "a=", "b|c");
      await store.subscribe([wants("a=", "IBM"), wants("a=", "IBM", hour), wants("a=", "SPY"), wants("b|c", "IBM")]);
      expect(await subscribers(store, "IBM")).toEqual([
        wants("a=", "IBM", hour),
        wants("a=", "IBM"),
        wants("b|c", "IBM"),
      ]);
      expect(await subscribers(store, "SPY")).toEqual([wants("a=", "SPY")]);
      expect(await subscribers(store, "AIG")).toEqual([]);
    });

    test("adding a subscription twice, or twice at once, changes nothing", async () => {
      await using store = await open();
      await opened(store, "a");
      await store.subscribe([wants("a", "IBM"), wants("a", "IBM")]);
      await store.subscribe([wants("a", "IBM")]);
      await store.subscribe([]);
      expect(await subscribers(store, "IBM")).toEqual([wants("a", "IBM")]);
    });

    test("takes away what is named and no more", async () => {
      await using store = await open();
      await opened(store, "a", "b");
      await store.subscribe([wants("a", "IBM"), wants("a", "IBM", hour), wants("b", "IBM")]);
      await store.unsubscribe([wants("a", "IBM"), wants("a", "SPY"), wants("a", "IBM")]);
      expect(await subscribers(store, "IBM")).toEqual([wants("a", "IBM", hour), wants("b", "IBM")]);
    });

    test("a closed connection wants nothing any more", async () => {
      await using store = await open();
      await store.open({ connectionId: "a", connectedAtMs: epochMs(1_000), identity: "somebody" });
      await opened(store, "b");
      const symbols = Array.from({ length: 40 }, (_, i) => `SYM ${i}|x`);
      await store.subscribe([...symbols.map((symbol) => wants("a", symbol)), wants("b", "SYM 0|x")]);
      await store.close("a");
      for (const symbol of symbols.slice(1)) expect(await subscribers(store, symbol)).toEqual([]);
      expect(await subscribers(store, "SYM 0|x")).toEqual([wants("b", "SYM 0|x")]);
    });

    test("lists who is connected, whether they want anything or not", async () => {
      await using store = await open();
      expect(await store.list()).toEqual([]);
      await opened(store, "a=", "b|c", "d");
      await store.subscribe([wants("a=", "IBM")]);
      await store.close("b|c");
      expect(await listed(store)).toEqual(["a=", "d"]);
      expect((await store.list()).map(({ connectedAtMs }) => connectedAtMs)).toEqual([epochMs(0), epochMs(0)]);
    });

    test("what a connection wants survives that it is opened again", async () => {
      await using store = await open();
      await opened(store, "a");
      await store.subscribe([wants("a", "IBM")]);
      await opened(store, "a");
      expect(await subscribers(store, "IBM")).toEqual([wants("a", "IBM")]);
    });

    test("leaves out who wants nothing any more, or never did", async () => {
      await using store = await open();
      await opened(store, "a", "b", "c");
      await store.subscribe([wants("a", "IBM"), wants("b", "IBM")]);
      await store.unsubscribe([wants("a", "IBM"), wants("c", "IBM"), wants("never", "IBM")]);
      expect(await store.wants()).toEqual([{ connectionId: "b", wants: [{ symbol: "IBM", intervalMs: minute }] }]);
      expect(await listed(store)).toEqual(["a", "b", "c"]);
    });

    test("adds and takes away at once what many ask for at once", async () => {
      await using store = await open();
      await opened(store, "a");
      const symbols = Array.from({ length: 20 }, (_, index) => `S${index}`);
      await store.subscribe([wants("a", "GONE")]);
      await Promise.all([
        ...symbols.map((symbol) => store.subscribe([wants("a", symbol)])),
        store.unsubscribe([wants("a", "GONE")]),
      ]);
      const [all] = await store.wants();
      expect(all?.wants.map(({ symbol }) => symbol).toSorted()).toEqual(symbols.toSorted());
    });

    test("gives a connection as much as it may want, and nothing of what goes beyond", async () => {
      await using store = await open();
      await opened(store, "a", "b");
      const many = (count: number, from = 0) =>
        Array.from({ length: count }, (_, index) => wants("a", `S${from + index}`));
      const countOf = async () => (await store.wants()).find(({ connectionId }) => connectionId === "a")?.wants.length;
      expect(await store.subscribe(many(MAX_WANTS - 1))).toBe(true);
      expect(await store.subscribe([...many(1), ...many(2, MAX_WANTS - 1)])).toBe(false);
      expect(await countOf()).toBe(MAX_WANTS - 1);
      expect(await store.subscribe([...many(3), ...many(1, MAX_WANTS - 1)])).toBe(true);
      expect(await countOf()).toBe(MAX_WANTS);
      expect(await store.subscribe(many(100))).toBe(true);
      expect(await store.subscribe([wants("a", "ONE"), wants("b", "ONE")])).toBe(false);
      expect(await subscribers(store, "ONE")).toEqual([wants("b", "ONE")]);
      await store.unsubscribe(many(1));
      expect(await store.subscribe([wants("a", "ONE")])).toBe(true);
      expect(await countOf()).toBe(MAX_WANTS);
    });

    test("never gives a connection more than that, however much it asks for at once", async () => {
      await using store = await open();
      await opened(store, "a");
      const group = (from: number) => Array.from({ length: 100 }, (_, index) => wants("a", `S${from * 100 + index}`));
      const told = await Promise.all(Array.from({ length: 8 }, (_, from) => store.subscribe(group(from))));
      const [all] = await store.wants();
      expect(all?.wants.length).toBe(told.filter((isAdded) => isAdded).length * 100);
      expect(all?.wants.length).toBeLessThanOrEqual(MAX_WANTS);
    });

    test("counts the messages of each connection, anew in each window", async () => {
      await using store = await open();
      await opened(store, "a", "b");
      const count = (connectionId: string, startMs: number) => store.countMessage(connectionId, epochMs(startMs));
      const first = await Promise.all(Array.from({ length: 20 }, () => count("a", 10_000)));
      expect(first.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      expect(await count("b", 10_000)).toBe(1);
      expect(await count("a", 20_000)).toBe(1);
      expect(await count("a", 10_000)).toBe(2);
      expect((await store.wants()).length + (await store.list()).length).toBe(2);
    });

    test("closing twice, or what never was, is no error", async () => {
      await using store = await open();
      await opened(store, "a");
      await store.close("a");
      await store.close("a");
      await store.close("never");
      expect(await subscribers(store, "IBM")).toEqual([]);
    });
  });
};
