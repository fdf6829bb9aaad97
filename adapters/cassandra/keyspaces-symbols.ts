import { concurrently } from "#core/concurrently.ts";
import type { KnownSymbol, SymbolRegister } from "#core/ports/symbol-register.ts";
import { MAX_IN_FLIGHT, type Keyspace, type Row } from "./client.ts";
import { timeOrNone } from "./pane-row.ts";
import { putGreater } from "./registers.ts";

const LISTS = ["seen", "watched"] as const;

/**
 * The symbols in Amazon Keyspaces. What is seen is a register with a condition, for a time of writing that is days ago is
 * refused; it is a row of its own, for a condition upon an empty cell fails:
 *
 *     register   symbol
 *     seen       IBM      seen
 *     watched    IBM      watched
 */
export const openKeyspacesSymbolRegister = (keyspace: Keyspace): SymbolRegister => {
  const table = `${keyspace.name}.symbols`;
  const select = `SELECT * FROM ${table} WHERE register = ?`;
  const mark = (symbols: readonly string[], isWatched: boolean): Promise<void> =>
    concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
      const query = `UPDATE ${table} SET watched = ? WHERE register = 'watched' AND symbol = ?`;
      await keyspace.rows(query, [isWatched, symbol]);
    });
  return {
    list: async () => {
      const lists = await Promise.all(LISTS.map((list) => keyspace.rows(select, [list])));
      const known = [...knownSymbols(lists.flat()).values()];
      return known
        .filter(({ seenMs, isWatched }) => seenMs !== undefined || isWatched)
        .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
    },

    get: async (symbols) => {
      const rows: Row[] = [];
      await concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
        for (const list of LISTS) rows.push(...(await keyspace.rows(`${select} AND symbol = ?`, [list, symbol])));
      });
      const known = knownSymbols(rows);
      return symbols.map((symbol) => known.get(symbol) ?? unknown(symbol));
    },

    see: (symbols, dayMs) =>
      concurrently(symbols, keyspace.rowsInFlight, (symbol) =>
        putGreater(keyspace, {
          table: "symbols",
          key: { register: "seen", symbol },
          columns: { seen: new Date(dayMs) },
          register: "seen",
        }),
      ),

    watch: (symbols) => mark(symbols, true),

    unwatch: (symbols) => mark(symbols, false),
  };
};

/** What rows of both lists say together of each symbol. */
const knownSymbols = (rows: readonly Row[]): ReadonlyMap<string, KnownSymbol> => {
  const known = new Map<string, KnownSymbol>();
  for (const row of rows) {
    const symbol = row.get("symbol") as string;
    const { seenMs, isWatched } = known.get(symbol) ?? unknown(symbol);
    known.set(symbol, {
      symbol,
      seenMs: timeOrNone(row.get("seen")) ?? seenMs,
      isWatched: row.get("watched") === true || isWatched,
    });
  }
  return known;
};

const unknown = (symbol: string): KnownSymbol => ({ symbol, seenMs: undefined, isWatched: false });
