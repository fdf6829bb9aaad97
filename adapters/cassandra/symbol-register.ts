import { types } from "cassandra-driver";
import { concurrently } from "#core/concurrently.ts";
import type { KnownSymbol, SymbolRegister } from "#core/ports/symbol-register.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import { isStillWatched, watchWithin, type WatchRows } from "#core/watch-list.ts";
import { MAX_IN_FLIGHT, openKeyspace, type CassandraOptions, type Keyspace, type Row } from "./client.ts";
import { timeOrNone, timestamp } from "./pane-row.ts";

const SEEN = "all";
const WATCHED = "watched";
const MICROS = 1_000;
/** The greatest `LIMIT`. */
const MOST_ROWS = 2 ** 31 - 1;

/**
 * The symbols in Cassandra: one partition of those that traded, one of those that are watched, each row of which says by
 * the time of its write (`WRITETIME`) when it was last asked for. A day that is noted is written at its own time
 * (`USING TIMESTAMP`), so that of two the later day stays, whichever comes last: a register without a condition.
 */
export const openCassandraSymbolRegister = (options: CassandraOptions): SymbolRegister => {
  const keyspace = openKeyspace(options);
  const table = `${keyspace.name}.symbols`;
  const rows = watchRows(keyspace, table);
  /** What is known of these symbols, by the rows of those that traded and all that are watched. */
  const known = (seen: readonly Row[], asked: Asked, symbols: Iterable<string>): readonly KnownSymbol[] => {
    const seenMs = new Map(seen.map((row) => [row.get("symbol") as string, timeOrNone(row.get("seen"))]));
    const nowMs = keyspace.clock.nowMs();
    const isWatched = (askedMs: EpochMs | undefined) => askedMs !== undefined && isStillWatched(askedMs, nowMs);
    return [...symbols].map((symbol) => ({
      symbol,
      seenMs: seenMs.get(symbol),
      isWatched: isWatched(asked.get(symbol)),
    }));
  };
  return {
    list: async (most = MOST_ROWS) => {
      const query = `SELECT symbol, seen FROM ${table} WHERE register = ? LIMIT ?`;
      const [seen, asked] = await Promise.all([keyspace.rows(query, [SEEN, most]), rows.read()]);
      const symbols = new Set([...seen.map((row) => row.get("symbol") as string), ...asked.keys()]);
      const all = known(seen, asked, [...symbols].toSorted());
      return all.filter(({ seenMs, isWatched }) => seenMs !== undefined || isWatched).slice(0, most);
    },

    get: async (symbols) => {
      const query = `SELECT symbol, seen FROM ${table} WHERE register = ? AND symbol = ?`;
      const seen: Row[] = [];
      await concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
        seen.push(...(await keyspace.rows(query, [SEEN, symbol])));
      });
      return known(seen, await rows.read(), symbols);
    },

    see: (symbols, dayMs: EpochMs) =>
      concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
        const query = `UPDATE ${table} USING TIMESTAMP ? SET seen = ? WHERE register = ? AND symbol = ?`;
        await keyspace.rows(query, [micros(dayMs), timestamp(dayMs), SEEN, symbol]);
      }),

    watch: (symbols) => watchWithin(rows, symbols, keyspace.clock.nowMs()),

    unwatch: rows.remove,
  };
};

/** When each watched symbol was last asked for. */
type Asked = Awaited<ReturnType<WatchRows["read"]>>;

const watchRows = (keyspace: Keyspace, table: string): WatchRows => ({
  read: async () => {
    const query = `SELECT symbol, WRITETIME(watched) AS asked FROM ${table} WHERE register = ?`;
    const rows = await keyspace.rows(query, [WATCHED]);
    return new Map(rows.map((row) => [row.get("symbol") as string, epochMs(Number(row.get("asked")) / MICROS)]));
  },

  put: (symbols, nowMs) =>
    concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
      const query = `UPDATE ${table} USING TIMESTAMP ? SET watched = true WHERE register = ? AND symbol = ?`;
      await keyspace.rows(query, [micros(nowMs), WATCHED, symbol]);
    }),

  remove: (symbols) =>
    concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
      const query = `DELETE FROM ${table} USING TIMESTAMP ? WHERE register = ? AND symbol = ?`;
      await keyspace.rows(query, [micros(keyspace.clock.nowMs()), WATCHED, symbol]);
    }),
});

const micros = (timeMs: EpochMs): types.Long => types.Long.fromNumber(timeMs * MICROS);
