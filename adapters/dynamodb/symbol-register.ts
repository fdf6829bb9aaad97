import { concurrently } from "#core/concurrently.ts";
import type { KnownSymbol, SymbolRegister } from "#core/ports/symbol-register.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import { isStillWatched, watchWithin, type WatchRows } from "#core/watch-list.ts";
import { numberOf, readNumber, readTime, readText } from "./attributes.ts";
import { MAX_SOCKETS, openTable, type DynamoOptions, type DynamoTable } from "./client.ts";
import { getAll, putGreater, queryPartition, writeAll, type Item } from "./requests.ts";

/**
 * Symbols in a DynamoDB table with the keys `list` and `symbol`, so that all of them are two queries:
 *
 *     list       symbol
 *     seen       IBM        seenMs
 *     watched    IBM        askedMs
 */
export const openDynamoSymbolRegister = (options: DynamoOptions): SymbolRegister & AsyncDisposable => {
  const table = openTable(options);
  const rows = watchRows(table);
  return {
    list: async (most = Number.POSITIVE_INFINITY) => {
      const lists = await Promise.all(LISTS.map((list) => queryPartition(table, "list", list, most)));
      const known = knownSymbols(lists.flat(), table.clock.nowMs());
      return known.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1)).slice(0, most);
    },

    get: async (symbols) => {
      const items = await getAll(
        table,
        symbols.flatMap((symbol) => LISTS.map((list) => rowKey(list, symbol))),
      );
      const known = new Map(knownSymbols(items, table.clock.nowMs()).map((entry) => [entry.symbol, entry]));
      return symbols.map((symbol) => known.get(symbol) ?? { symbol, seenMs: undefined, isWatched: false });
    },

    see: (symbols, dayMs) =>
      concurrently(symbols, MAX_SOCKETS, (symbol) => putGreater(table, seenItem(symbol, dayMs), "seenMs")),

    watch: (symbols) => watchWithin(rows, symbols, table.clock.nowMs()),

    unwatch: rows.remove,

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const LISTS = ["seen", "watched"] as const;

const rowKey = (list: (typeof LISTS)[number], symbol: string): Item => ({ list: { S: list }, symbol: { S: symbol } });

const seenItem = (symbol: string, dayMs: EpochMs): Item => ({ ...rowKey("seen", symbol), seenMs: numberOf(dayMs) });

const watchRows = (table: DynamoTable): WatchRows => ({
  read: async () =>
    new Map(
      (await queryPartition(table, "list", "watched")).map((item) => [readText(item, "symbol"), askedMsOf(item)]),
    ),

  put: (symbols, nowMs) =>
    writeAll(
      table,
      symbols.map((symbol) => ({
        PutRequest: { Item: { ...rowKey("watched", symbol), askedMs: numberOf(nowMs) } },
      })),
    ),

  remove: (symbols) =>
    writeAll(
      table,
      symbols.map((symbol) => ({ DeleteRequest: { Key: rowKey("watched", symbol) } })),
    ),
});

/** A row of before there was a limit does not say it, and its time is over. */
const askedMsOf = (item: Item): EpochMs => readTime(item, "askedMs") ?? epochMs(0);

/** What rows of both lists say together of each symbol. */
const knownSymbols = (items: readonly Item[], nowMs: EpochMs): readonly KnownSymbol[] => {
  const known = new Map<string, KnownSymbol>();
  for (const item of items) {
    const isSeen = readText(item, "list") === "seen";
    if (!isSeen && !isStillWatched(askedMsOf(item), nowMs)) continue;
    const symbol = readText(item, "symbol");
    const { seenMs, isWatched } = known.get(symbol) ?? { seenMs: undefined, isWatched: false };
    known.set(symbol, {
      symbol,
      seenMs: isSeen ? epochMs(readNumber(item, "seenMs")) : seenMs,
      isWatched: isWatched || !isSeen,
    });
  }
  return [...known.values()];
};
