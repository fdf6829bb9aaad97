import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { checkpointStoreContract } from "#core/ports/checkpoint-store.contract.ts";
import { gapStoreContract } from "#core/ports/gap-store.contract.ts";
import { leaseStoreContract } from "#core/ports/lease-store.contract.ts";
import { paneStoreContract } from "#core/ports/pane-store.contract.ts";
import { rejectedStoreContract } from "#core/ports/rejected-store.contract.ts";
import { shardStatusStoreContract } from "#core/ports/shard-status.contract.ts";
import { ticketStoreContract } from "#core/ports/ticket-store.contract.ts";
import { symbolRegisterContract } from "#core/ports/symbol-register.contract.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { openCassandraCheckpointStore } from "./checkpoint-store.ts";
import { openCassandraClient } from "./client.ts";
import { openCassandraGapStore } from "./gap-store.ts";
import { openCassandraLeaseStore } from "./lease-store.ts";
import { openCassandraPaneStore } from "./pane-store.ts";
import { openCassandraRejectedStore } from "./rejected-store.ts";
import { migrate, paneTable } from "./schema.ts";
import { openCassandraShardStatusStore } from "./shard-status.ts";
import { openCassandraSymbolRegister } from "./symbol-register.ts";
import { openCassandraTicketStore } from "./ticket-store.ts";

const { address, dataCenter } = inject("cassandra");
const keyspace = "contracts";
const hour = durationMs(3_600_000);
const intervals = [1_000, 10_000, 60_000, 300_000, 86_400_000].map((intervalMs) => ({
  intervalMs: durationMs(intervalMs),
  keepMs: hour,
}));
const client = openCassandraClient({ contactPoints: [address], dataCenter });

beforeAll(() => migrate(client, { keyspace, replicas: 1, dataCenter, intervals, rejectedKeepMs: hour }));
afterAll(() => client.shutdown());

/** A store whose tables are empty. */
const fresh = async <Store>(store: Store, ...tables: readonly string[]): Promise<Store & AsyncDisposable> => {
  for (const table of tables) await client.execute(`TRUNCATE ${keyspace}.${table}`);
  return { ...store, [Symbol.asyncDispose]: () => Promise.resolve() };
};

// What Keyspaces lacks is done otherwise, and that works here too, but for rows of a partition at once: here they wait for each other.
describe.each(["cassandra", "keyspaces"] as const)("in the dialect of %s", (dialect) => {
  const options = { client, keyspace, clock: createManualClock(epochMs(1_000_000)), dialect, rowsInFlight: 1 };
  paneStoreContract(dialect, () =>
    fresh(
      openCassandraPaneStore({ ...options, intervals }),
      ...intervals.map(({ intervalMs }) => paneTable(intervalMs)),
    ),
  );
  checkpointStoreContract(dialect, () => fresh(openCassandraCheckpointStore(options), "checkpoints"));
  shardStatusStoreContract(dialect, () => fresh(openCassandraShardStatusStore(options), "statuses"));
  gapStoreContract(dialect, () => fresh(openCassandraGapStore(options), "gaps"));
  leaseStoreContract(dialect, () => fresh(openCassandraLeaseStore(options), "leases"));
  symbolRegisterContract(dialect, (clock) => fresh(openCassandraSymbolRegister({ ...options, clock }), "symbols"));
  ticketStoreContract(dialect, () => fresh(openCassandraTicketStore(options), "tickets"));
  rejectedStoreContract(dialect, () =>
    fresh(openCassandraRejectedStore({ ...options, keepMs: hour }), "rejected", "redriven"),
  );
});

/** How many tombstones whoever reads all symbols passes over, as the node tells it. */
const tombstonesRead = async (): Promise<readonly number[]> => {
  const answer = await client.execute(`SELECT * FROM ${keyspace}.symbols`, [], { traceQuery: true });
  const { events } = await client.metadata.getTrace(answer.info.traceId);
  const reads = events.map(({ activity = "" }) => /live rows and (\d+) tombstone/.exec(activity));
  return reads.flatMap((read) => (read === null ? [] : [Number(read[1])]));
};

describe.each(["cassandra", "keyspaces"] as const)("what is watched, in the dialect of %s", (dialect) => {
  test("leaves nothing to pass over, however often a client watches it and lets it go", async () => {
    const options = { client, keyspace, clock: createManualClock(epochMs(1_000_000)), dialect };
    await using register = await fresh(openCassandraSymbolRegister(options), "symbols");
    const symbols = Array.from({ length: 100 }, (_, i) => `S${i}`);
    for (let round = 0; round < 3; round++) {
      await register.watch(symbols);
      await register.unwatch([...symbols, "NEVER-WATCHED"]);
    }
    const tombstones = await tombstonesRead();
    expect(tombstones.length).toBeGreaterThan(0);
    expect(new Set(tombstones)).toEqual(new Set([0]));
  });

  test("is all that several processes watch at once", async () => {
    const options = { client, keyspace, clock: createManualClock(epochMs(1_000_000)), dialect };
    await using first = await fresh(openCassandraSymbolRegister(options), "symbols");
    const registers = [first, ...Array.from({ length: 4 }, () => openCassandraSymbolRegister(options))];
    const symbols = registers.map((_, i) => [`A${i}`, `B${i}`]);
    await Promise.all(registers.flatMap((register, i) => symbols[i]!.map((symbol) => register.watch([symbol]))));
    await Promise.all(registers.map((register, i) => register.unwatch([`A${i}`])));
    expect((await first.list()).map(({ symbol }) => symbol)).toEqual(["B0", "B1", "B2", "B3", "B4"]);
  });
});
