import { concurrently } from "#core/concurrently.ts";
import type { KnownSymbol, SymbolRegister } from "#core/ports/symbol-register.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import { isStillWatched, watchWithin, type WatchRows } from "#core/watch-list.ts";
import { MAX_IN_FLIGHT, type Keyspace, type Row } from "./client.ts";
import { timeOrNone, timestamp } from "./pane-row.ts";

/** The greatest `LIMIT`. */
const MOST_ROWS = 2 ** 31 - 1;

/** When each watched symbol was last asked for. */
type Asked = Awaited<ReturnType<WatchRows["read"]>>;

/**
 * What a register of symbols tells and watches, but for how it notes that one traded. Those that traded are rows of the
 * partition `seenList`; those that are watched have one of their own, where `seen` says when each was last asked for:
 *
 *     register   symbol
 *     seenList   IBM      seen
 *     watched    IBM      seen, watched
 */
export const symbolLists = (keyspace: Keyspace, seenList: string): Omit<SymbolRegister, "see"> => {
  const select = `SELECT symbol, seen FROM ${keyspace.name}.symbols WHERE register = ?`;
  const rows = watchRows(keyspace, select);
  return {
    list: async (most = MOST_ROWS) => {
      const [seen, asked] = await Promise.all([keyspace.rows(`${select} LIMIT ?`, [seenList, most]), rows.read()]);
      const symbols = new Set([...seen.map(symbolOf), ...asked.keys()]);
      return knownSymbols(seen, asked, keyspace.clock.nowMs(), [...symbols].toSorted())
        .filter(({ seenMs, isWatched }) => seenMs !== undefined || isWatched)
        .slice(0, most);
    },

    get: async (symbols) => {
      const seen: Row[] = [];
      await concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
        seen.push(...(await keyspace.rows(`${select} AND symbol = ?`, [seenList, symbol])));
      });
      return knownSymbols(seen, await rows.read(), keyspace.clock.nowMs(), symbols);
    },

    watch: (symbols) => watchWithin(rows, symbols, keyspace.clock.nowMs()),

    unwatch: rows.remove,
  };
};

const watchRows = (keyspace: Keyspace, select: string): WatchRows => ({
  read: async () => {
    const rows = await keyspace.rows(select, ["watched"]);
    return new Map(rows.map((row) => [symbolOf(row), timeOrNone(row.get("seen")) ?? epochMs(0)]));
  },

  put: (symbols, nowMs) =>
    concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
      const query = `UPDATE ${keyspace.name}.symbols SET watched = true, seen = ? WHERE register = ? AND symbol = ?`;
      await keyspace.rows(query, [timestamp(nowMs), "watched", symbol]);
    }),

  remove: (symbols) =>
    concurrently(symbols, MAX_IN_FLIGHT, async (symbol) => {
      const query = `DELETE FROM ${keyspace.name}.symbols WHERE register = ? AND symbol = ?`;
      await keyspace.rows(query, ["watched", symbol]);
    }),
});

const symbolOf = (row: Row): string => row.get("symbol") as string;

/** What is known of `symbols`, by the rows of those that traded and all that are watched. */
const knownSymbols = (
  seen: readonly Row[],
  asked: Asked,
  nowMs: EpochMs,
  symbols: readonly string[],
): readonly KnownSymbol[] => {
  const seenMs = new Map(seen.map((row) => [symbolOf(row), timeOrNone(row.get("seen"))]));
  return symbols.map((symbol) => {
    const askedMs = asked.get(symbol);
    const isWatched = askedMs !== undefined && isStillWatched(askedMs, nowMs);
    return { symbol, seenMs: seenMs.get(symbol), isWatched };
  });
};
