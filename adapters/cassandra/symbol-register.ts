import { types } from "cassandra-driver";
import { concurrently } from "#core/concurrently.ts";
import type { SymbolRegister } from "#core/ports/symbol-register.ts";
import { MAX_IN_FLIGHT, openKeyspace, type CassandraOptions } from "./client.ts";
import { openKeyspacesSymbolRegister } from "./keyspaces-symbols.ts";
import { timestamp } from "./pane-row.ts";
import { symbolLists } from "./symbol-lists.ts";

/** All symbols that traded stand together. */
const REGISTER = "all";
const MICROS = 1_000;

/**
 * The symbols in Cassandra. A day that is noted is written at its own time (`USING TIMESTAMP`), so that of two the later
 * day stays, whichever comes last: a register without a condition.
 */
export const openCassandraSymbolRegister = (options: CassandraOptions): SymbolRegister => {
  const keyspace = openKeyspace(options);
  if (keyspace.dialect === "keyspaces") return openKeyspacesSymbolRegister(keyspace);
  const query = `UPDATE ${keyspace.name}.symbols USING TIMESTAMP ? SET seen = ? WHERE register = ? AND symbol = ?`;
  return {
    ...symbolLists(keyspace, REGISTER),

    see: (symbols, dayMs) =>
      concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
        const writtenMicros = types.Long.fromNumber(dayMs * MICROS);
        await keyspace.rows(query, [writtenMicros, timestamp(dayMs), REGISTER, symbol]);
      }),
  };
};
