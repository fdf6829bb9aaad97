import type { WriteRequest } from "@aws-sdk/client-dynamodb";
import { concurrently } from "#core/concurrently.ts";
import type { KnownSymbol, SymbolRegister } from "#core/ports/symbol-register.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import { numberOf, readNumber, readText } from "./attributes.ts";
import { MAX_SOCKETS, openTable, type DynamoOptions } from "./client.ts";
import { getAll, putGreater, queryPartition, writeAll, type Item } from "./requests.ts";

/**
 * Symbols in a DynamoDB table with the keys `list` and `symbol`, so that all of them are two queries:
 *
 *     list       symbol
 *     seen       IBM        seenMs
 *     watched    IBM
 */
export const openDynamoSymbolRegister = (options: DynamoOptions): SymbolRegister & AsyncDisposable => {
  const table = openTable(options);
  const write = (symbols: readonly string[], requestOf: (row: Item) => WriteRequest): Promise<void> =>
    writeAll(
      table,
      symbols.map((symbol) => requestOf(rowKey("watched", symbol))),
    );
  return {
    list: async () => {
      const [seen, watched] = await Promise.all(LISTS.map((list) => queryPartition(table, "list", list)));
      return knownSymbols([...(seen ?? []), ...(watched ?? [])]).toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
    },

    get: async (symbols) => {
      const items = await getAll(
        table,
        symbols.flatMap((symbol) => LISTS.map((list) => rowKey(list, symbol))),
      );
      const known = new Map(knownSymbols(items).map((entry) => [entry.symbol, entry]));
      return symbols.map((symbol) => known.get(symbol) ?? { symbol, seenMs: undefined, isWatched: false });
    },

    see: (symbols, dayMs) =>
      concurrently(symbols, MAX_SOCKETS, (symbol) => putGreater(table, seenItem(symbol, dayMs), "seenMs")),

    watch: (symbols) => write(symbols, (row) => ({ PutRequest: { Item: row } })),

    unwatch: (symbols) => write(symbols, (row) => ({ DeleteRequest: { Key: row } })),

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const LISTS = ["seen", "watched"] as const;

const rowKey = (list: (typeof LISTS)[number], symbol: string): Item => ({ list: { S: list }, symbol: { S: symbol } });

const seenItem = (symbol: string, dayMs: EpochMs): Item => ({ ...rowKey("seen", symbol), seenMs: numberOf(dayMs) });

/** What rows of both lists say together of each symbol. */
const knownSymbols = (items: readonly Item[]): readonly KnownSymbol[] => {
  const known = new Map<string, KnownSymbol>();
  for (const item of items) {
    const symbol = readText(item, "symbol");
    const { seenMs, isWatched } = known.get(symbol) ?? { seenMs: undefined, isWatched: false };
    const isSeen = readText(item, "list") === "seen";
    known.set(symbol, {
      symbol,
      seenMs: isSeen ? epochMs(readNumber(item, "seenMs")) : seenMs,
      isWatched: isWatched || !isSeen,
    });
  }
  return [...known.values()];
};
