import { concurrently } from "#core/concurrently.ts";
import type { KnownSymbol, SymbolRegister } from "#core/ports/symbol-register.ts";
import type { EpochMs } from "#core/units.ts";
import { isStillWatched, withWatched } from "#core/watch-list.ts";
import { MAX_IN_FLIGHT, type Keyspace, type Row } from "./client.ts";
import { timeOrNone } from "./pane-row.ts";
import { openWatchedList, type Asked } from "./watched-list.ts";

/** The greatest `LIMIT`. */
const MOST_ROWS = 2 ** 31 - 1;

/**
 * What a register of symbols tells and watches, but for how it notes that one traded. Those that traded are rows of the
 * partition `seenList`; those that are watched are one row together:
 *
 *     register   symbol
 *     seenList   IBM      seen
 *     watching   all      seen, names
 */
export const symbolLists = (keyspace: Keyspace, seenList: string): Omit<SymbolRegister, "see"> => {
  const select = `SELECT symbol, seen FROM ${keyspace.name}.symbols WHERE register = ?`;
  const watched = openWatchedList(keyspace);
  return {
    list: async (most = MOST_ROWS) => {
      const [seen, asked] = await Promise.all([keyspace.rows(`${select} LIMIT ?`, [seenList, most]), watched.read()]);
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
      return knownSymbols(seen, await watched.read(), keyspace.clock.nowMs(), symbols);
    },

    watch: async (symbols) => {
      let isTaken = false;
      await watched.change((known) => {
        const { list, hasRoom } = withWatched(known, symbols, keyspace.clock.nowMs());
        isTaken = hasRoom;
        return list;
      });
      return isTaken;
    },

    unwatch: (symbols) =>
      watched.change((known) => {
        const gone = new Set(symbols.filter((symbol) => known.has(symbol)));
        return gone.size === 0 ? undefined : new Map([...known].filter(([symbol]) => !gone.has(symbol)));
      }),
  };
};

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
