import { types } from "cassandra-driver";
import { concurrently } from "#core/concurrently.ts";
import type { KnownSymbol, SymbolRegister } from "#core/ports/symbol-register.ts";
import type { EpochMs } from "#core/units.ts";
import { MAX_IN_FLIGHT, openKeyspace, type CassandraOptions, type Row } from "./client.ts";
import { openKeyspacesSymbolRegister } from "./keyspaces-symbols.ts";
import { timeOrNone, timestamp } from "./pane-row.ts";

/** All symbols stand together. */
const REGISTER = "all";
const MICROS = 1_000;

/**
 * The symbols in Cassandra. A day that is noted is written at its own time (`USING TIMESTAMP`), so that of two the later
 * day stays, whichever comes last: a register without a condition.
 */
export const openCassandraSymbolRegister = (options: CassandraOptions): SymbolRegister => {
  const keyspace = openKeyspace(options);
  if (keyspace.dialect === "keyspaces") return openKeyspacesSymbolRegister(keyspace);
  const table = `${keyspace.name}.symbols`;
  const mark = (symbols: readonly string[], isWatched: boolean): Promise<void> =>
    concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
      const query = `UPDATE ${table} SET watched = ? WHERE register = ? AND symbol = ?`;
      await keyspace.rows(query, [isWatched, REGISTER, symbol]);
    });
  return {
    list: async () => {
      const rows = await keyspace.rows(`SELECT * FROM ${table} WHERE register = ?`, [REGISTER]);
      return rows.map(readSymbol).filter(({ seenMs, isWatched }) => seenMs !== undefined || isWatched);
    },

    get: async (symbols) => {
      const known = new Map<string, KnownSymbol>();
      await concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
        const query = `SELECT * FROM ${table} WHERE register = ? AND symbol = ?`;
        const [row] = await keyspace.rows(query, [REGISTER, symbol]);
        known.set(symbol, row ? readSymbol(row) : { symbol, seenMs: undefined, isWatched: false });
      });
      return symbols.map((symbol) => known.get(symbol)!);
    },

    see: (symbols, dayMs: EpochMs) =>
      concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
        const query = `UPDATE ${table} USING TIMESTAMP ? SET seen = ? WHERE register = ? AND symbol = ?`;
        const writtenMicros = types.Long.fromNumber(dayMs * MICROS);
        await keyspace.rows(query, [writtenMicros, timestamp(dayMs), REGISTER, symbol]);
      }),

    watch: (symbols) => mark(symbols, true),

    unwatch: (symbols) => mark(symbols, false),
  };
};

const readSymbol = (row: Row): KnownSymbol => ({
  symbol: row.get("symbol") as string,
  seenMs: timeOrNone(row.get("seen")),
  isWatched: row.get("watched") === true,
});
