import { randomUUID } from "node:crypto";
import { Client, tracker, types } from "cassandra-driver";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { countsOf } from "#core/shard-counts.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { pane } from "#test/pane-fixture.ts";
import { openCassandraCheckpointStore } from "./checkpoint-store.ts";
import { clientSettings, openCassandraClient } from "./client.ts";
import { openCassandraLeaseStore } from "./lease-store.ts";
import { openCassandraPaneStore } from "./pane-store.ts";
import { migrate, schemaSteps, type KeptInterval } from "./schema.ts";
import { createStockTable, openStockTable } from "./stock-table.ts";

const { address, dataCenter } = inject("cassandra");
const cluster = { contactPoints: [address], dataCenter };
const client = openCassandraClient(cluster);
afterAll(() => client.shutdown());

const DAY = 86_400_000;
const days = (count: number) => durationMs(count * DAY);
const tenSeconds: KeptInterval = { intervalMs: durationMs(10_000), keepMs: days(7) };
const minute: KeptInterval = { intervalMs: durationMs(60_000), keepMs: days(400) };
const keyspace = `schema_${randomUUID().replaceAll("-", "")}`;
const options = { client, keyspace, clock };
const schemaOf = (...intervals: readonly KeptInterval[]) => ({
  keyspace,
  replicas: 1,
  dataCenter,
  intervals,
  rejectedKeepMs: days(30),
});

// Tables take their time: one keyspace grows from test to test.
beforeAll(async () => {
  await migrate(client, schemaOf(minute));
  await createStockTable(client, keyspace, days(60));
});

const tables = async (): Promise<ReadonlyMap<string, types.Row>> => {
  const { rows } = await client.execute("SELECT * FROM system_schema.tables WHERE keyspace_name = ?", [keyspace]);
  return new Map(rows.map((row) => [row.get("table_name") as string, row]));
};

const appliedSteps = async (): Promise<readonly string[]> => {
  const query = `SELECT step, applied FROM ${keyspace}.schema_steps WHERE owner = 'tapestream'`;
  const { rows } = await client.execute(query);
  return rows.map((row) => `${row.get("step")} ${(row.get("applied") as Date).toISOString()}`);
};

describe("the schema in Cassandra", () => {
  test("is made once, however often it is asked for", async () => {
    const [steps, made] = [await appliedSteps(), await tables()];
    await migrate(client, schemaOf(minute));
    expect(steps).toHaveLength(schemaSteps(schemaOf()).length);
    expect(await appliedSteps()).toEqual(steps);
    expect([...(await tables()).values()].map(String)).toEqual([...made.values()].map(String));
  });

  test("takes a later step once, and keeps what was stored before it", async () => {
    const panes = openCassandraPaneStore({ ...options, intervals: [minute] });
    await panes.put([pane({ last: 7 })]);
    // A column that is there cannot be added: a second time would fail.
    const later = [...schemaSteps(schemaOf()), [`ALTER TABLE ${keyspace}.panes_1m ADD note text`]];
    await migrate(client, schemaOf(minute), later);
    await migrate(client, schemaOf(minute), later);
    const query = "SELECT column_name FROM system_schema.columns WHERE keyspace_name = ? AND table_name = 'panes_1m'";
    const columns = (await client.execute(query, [keyspace])).rows.map((row) => row.get("column_name") as string);
    expect(columns).toContain("note");
    expect(await appliedSteps()).toHaveLength(later.length);
    expect(await panes.get([pane({ last: 7 })])).toEqual([pane({ last: 7 })]);
  });

  test("has a table for an interval that is stored from now on", async () => {
    expect((await tables()).has("panes_10s")).toBe(false);
    await migrate(client, schemaOf(tenSeconds, minute));
    expect([...(await tables()).keys()]).toEqual(expect.arrayContaining(["panes_10s", "panes_1m"]));
  });

  test("compacts what expires by windows of time, about thirty of them, and forgets its tombstones after a day", async () => {
    const made = await tables();
    const rules = ["panes_10s", "panes_1m", "rejected", "stock"].map((name) => {
      const row = made.get(name)!;
      const compaction = row.get("compaction") as Readonly<Record<string, string>>;
      const { class: strategy, compaction_window_unit: unit, compaction_window_size: size } = compaction;
      return [name, strategy?.split(".").at(-1), `${size} ${unit}`, row.get("gc_grace_seconds")];
    });
    expect(rules).toEqual([
      ["panes_10s", "TimeWindowCompactionStrategy", "1 DAYS", 86_400],
      ["panes_1m", "TimeWindowCompactionStrategy", "14 DAYS", 86_400],
      ["rejected", "TimeWindowCompactionStrategy", "1 DAYS", 86_400],
      ["stock", "TimeWindowCompactionStrategy", "2 DAYS", 86_400],
    ]);
  });

  test("lets rows live for as long as is kept, and two days more", async () => {
    await openCassandraPaneStore({ ...options, intervals: [minute] }).put([pane({ last: 8 })]);
    const trade = { id: "a:1", symbol: "IBM", eventTimeMs: epochMs(0), price: { units: 1, scale: 0 } };
    await openStockTable({ ...options, keepMs: days(60) }).put([{ ...trade, size: { units: 1, scale: 0 } }]);
    const daysLeft = async (table: string, column: string): Promise<number> => {
      const { rows } = await client.execute(`SELECT TTL(${column}) AS seconds FROM ${keyspace}.${table}`);
      return ((rows[0]!.get("seconds") as number) * 1_000) / DAY;
    };
    expect(Math.ceil(await daysLeft("panes_1m", "open"))).toBe(402);
    expect(Math.ceil(await daysLeft("stock", "trade_price"))).toBe(62);
  });
});

interface Asked {
  readonly query: string;
  readonly consistency: number;
  readonly serial: number;
}

/** Notes what a client asks, as the driver sends it. */
class Observer extends tracker.RequestLogger {
  readonly asked: Asked[] = [];

  constructor() {
    super({});
  }

  override onSuccess(...[, query, , options]: Parameters<tracker.RequestTracker["onSuccess"]>): void {
    const [consistency, serial] = [options.getConsistency(), options.getSerialConsistency()];
    const queries = typeof query === "string" ? [query] : query.map((each) => each.query);
    this.asked.push(...queries.map((each) => ({ query: each, consistency, serial })));
  }
}

describe("stores in Cassandra", () => {
  test("ask at a majority of the data centre's replicas, by statements that the node has prepared", async () => {
    const observer = new Observer();
    const observed = new Client({ ...clientSettings(cluster), requestTracker: observer });
    const stores = { ...options, client: observed };
    const panes = openCassandraPaneStore({ ...stores, intervals: [minute] });
    await panes.put([pane({ last: 10 }), pane({ last: 8, startMs: 60_000 })]);
    await panes.put([pane({ last: 11 })]);
    await panes.range({ symbol: "IBM", intervalMs: minute.intervalMs, startMs: epochMs(0), endMs: epochMs(120_000) });
    const checkpoints = openCassandraCheckpointStore(stores);
    const reached = { lastArrivalMs: undefined, newestEventTimeMs: undefined, frontierMs: undefined };
    const checkpoint = { stream: "ticks", shard: "ticks-0@t", last: sequenceNumber("5"), seen: new Uint8Array() };
    await checkpoints.put({ ...checkpoint, ...reached, counts: countsOf(() => 0) });
    await checkpoints.list("ticks");
    const leases = openCassandraLeaseStore(stores);
    await leases.acquire({ name: "a", holder: "b", nowMs: epochMs(0), untilMs: epochMs(1) });
    await observed.shutdown();
    const { rows } = await client.execute("SELECT query_string FROM system.prepared_statements");
    const prepared = new Set(rows.map((row) => row.get("query_string") as string));
    const mine = observer.asked.filter(({ query }) => query.includes(keyspace));
    expect(mine.length).toBeGreaterThan(8);
    expect(mine.filter(({ query }) => !prepared.has(query))).toEqual([]);
    const { localQuorum, localSerial } = types.consistencies;
    // What a lease holds is read behind what may be under way.
    const isLeaseRead = (query: string): boolean => query.startsWith(`SELECT * FROM ${keyspace}.leases`);
    const wanted = mine.map(({ query }) => (isLeaseRead(query) ? localSerial : localQuorum));
    expect(mine.map(({ consistency }) => consistency)).toEqual(wanted);
    expect(new Set(mine.map(({ serial }) => serial))).toEqual(new Set([localSerial]));
  });
});
