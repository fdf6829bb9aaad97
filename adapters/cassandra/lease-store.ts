import { types } from "cassandra-driver";
import { PipelineError } from "#core/errors.ts";
import type { Lease, LeaseStore } from "#core/ports/lease-store.ts";
import { openKeyspace, type CassandraOptions, type Keyspace, type Row } from "./client.ts";
import { timeOf, timestamp } from "./pane-row.ts";

const SERIAL = { consistency: types.consistencies.localSerial };

/**
 * Leases in Cassandra. A row stays when its lease ends, for the state it holds.
 *
 *     run A   insert: mine until 60 ----- save ----------------------------- save: TAPE_LEASE_LOST
 *     run B          no at 30             at 60: take from A, read state --------- release ---
 *     run C                                  at 60: take from A: no, B has it
 *
 *     insert    IF NOT EXISTS                        nobody ever held it
 *     take      IF holder = A AND until = 60         its time is over or it is mine, and nobody took it in between
 *     save, release    IF holder = mine              nobody took it since
 *
 * The state is read when the lease is taken: from then on nobody else can save.
 */
export const openCassandraLeaseStore = (options: CassandraOptions): LeaseStore => {
  const keyspace = openKeyspace(options);
  const table = `${keyspace.name}.leases`;
  return {
    acquire: async (request) => {
      const { name, holder, nowMs, untilMs } = request;
      const insert = `INSERT INTO ${table} (name, holder, until) VALUES (?, ?, ?) IF NOT EXISTS`;
      let rival = await keyspace.writeIf(insert, [name, holder, timestamp(untilMs)]);
      while (rival !== undefined) {
        const held = { holder: rival.get("holder") as string, untilMs: timeOf(rival.get("until")) };
        if (held.holder !== holder && held.untilMs > nowMs) return undefined;
        const take = `UPDATE ${table} SET holder = ?, until = ? WHERE name = ? IF holder = ? AND until = ?`;
        const values = [holder, timestamp(untilMs), name, held.holder, timestamp(held.untilMs)];
        rival = await keyspace.writeIf(take, values);
      }
      return await readLease(keyspace, name);
    },

    save: async ({ name, holder }, state) => {
      const save = `UPDATE ${table} SET state = ? WHERE name = ? IF holder = ?`;
      if ((await keyspace.writeIf(save, [state, name, holder])) !== undefined)
        throw new PipelineError("TAPE_LEASE_LOST", `the lease ${name} must be held by ${holder}, was taken by another`);
    },

    release: async ({ name, holder }, nowMs) => {
      await keyspace.writeIf(`UPDATE ${table} SET until = ? WHERE name = ? IF holder = ?`, [
        timestamp(nowMs),
        name,
        holder,
      ]);
    },

    get: (name) => readLease(keyspace, name),
  };
};

const readLease = async (keyspace: Keyspace, name: string): Promise<Lease | undefined> => {
  const query = `SELECT * FROM ${keyspace.name}.leases WHERE name = ?`;
  const [row] = await keyspace.rows(query, [name], keyspace.dialect === "keyspaces" ? {} : SERIAL);
  return row && leaseOf(row);
};

const leaseOf = (row: Row): Lease => ({
  name: row.get("name") as string,
  holder: row.get("holder") as string,
  untilMs: timeOf(row.get("until")),
  state: (row.get("state") as string | null) ?? undefined,
});
