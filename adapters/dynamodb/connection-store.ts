import type { WriteRequest } from "@aws-sdk/client-dynamodb";
import { intervalText, readInterval } from "#core/interval.ts";
import type { Connection, ConnectionStore, Subscription } from "#core/ports/connection-store.ts";
import { durationMs } from "#core/units.ts";
import { expiresAt, isLive, numberOf, readText } from "./attributes.ts";
import { openTable, type DynamoOptions } from "./client.ts";
import { queryPartition, writeAll, type Item } from "./requests.ts";
import { openWantedSymbols } from "./wanted-symbols.ts";

/**
 * A connection ends after 2 hours, and its rows soon after.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const KEEP_MS = durationMs(2 * 3_600_000 + 600_000);

/**
 * Connections in a DynamoDB table with the keys `pk` and `sk` and the time to live `expiresAt`. A subscription has two
 * rows, so that both questions are one query: who wants a symbol, and what a connection wants. So has a connection, for who is
 * connected at all.
 *
 *     pk                              sk
 *     connections                     <connection id>
 *     connection|<connection id>      connection                             since, identity
 *     connection|<connection id>      subscription|<interval>|<symbol>
 *     symbol|<symbol>                 <interval>|<connection id>
 *     wanted                          <symbol>                               outlives the subscriptions of it
 *
 * A symbol's row among the wanted is written before its subscriptions: a run that ends in between leaves no subscriber whom
 * nobody asks for. The connection's rows are written first and deleted last: a run that ends in between leaves what a later close finds.
 */
export const openDynamoConnectionStore = (options: DynamoOptions): ConnectionStore & AsyncDisposable => {
  const table = openTable(options);
  const wanted = openWantedSymbols(table, KEEP_MS);
  const put = (items: readonly Item[]): Promise<void> => {
    const expiry = expiresAt(table.clock.nowMs(), KEEP_MS);
    return writeAll(
      table,
      items.map((item): WriteRequest => ({ PutRequest: { Item: { ...item, expiresAt: expiry } } })),
    );
  };
  const remove = (keys: readonly Item[]): Promise<void> =>
    writeAll(
      table,
      keys.map((key): WriteRequest => ({ DeleteRequest: { Key: key } })),
    );
  return {
    open: (connection) => put([connectionItem(connection), listRow(connection.connectionId)]),

    close: async (connectionId) => {
      const rows = await queryPartition(table, "pk", connectionText(connectionId));
      const subscriptions = rows.flatMap((row) => readConnectionRow(connectionId, row) ?? []);
      await remove(subscriptions.map(symbolRow));
      await remove([...rows.map(({ pk, sk }) => ({ pk, sk }) as Item), listRow(connectionId)]);
    },

    list: async () => {
      const rows = await queryPartition(table, "pk", LIST);
      const nowMs = table.clock.nowMs();
      return rows.filter((row) => isLive(row, nowMs)).map((row) => readText(row, "sk"));
    },

    subscribe: async (subscriptions) => {
      const added = distinct(subscriptions);
      await wanted.note(new Set(added.map(({ symbol }) => symbol)));
      await put(added.map(connectionRow));
      await put(added.map(symbolRow));
    },

    unsubscribe: async (subscriptions) => {
      const removed = distinct(subscriptions);
      await remove(removed.map(symbolRow));
      await remove(removed.map(connectionRow));
    },

    subscribers: async (symbol) => {
      const rows = await queryPartition(table, "pk", symbolText(symbol));
      const nowMs = table.clock.nowMs();
      return rows.filter((row) => isLive(row, nowMs)).map((row) => readSymbolRow(symbol, row));
    },

    wantedSymbols: () => wanted.list(),

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const LIST = "connections";

const listRow = (connectionId: string): Item => ({ pk: { S: LIST }, sk: { S: connectionId } });

const connectionText = (connectionId: string): string => `connection|${connectionId}`;
const symbolText = (symbol: string): string => `symbol|${symbol}`;

const connectionItem = ({ connectionId, connectedAtMs, identity }: Connection): Item => ({
  pk: { S: connectionText(connectionId) },
  sk: { S: "connection" },
  connectedAtMs: numberOf(connectedAtMs),
  ...(identity === undefined ? {} : { identity: { S: identity } }),
});

const connectionRow = ({ connectionId, symbol, intervalMs }: Subscription): Item => ({
  pk: { S: connectionText(connectionId) },
  sk: { S: `subscription|${intervalText(intervalMs)}|${symbol}` },
});

const symbolRow = ({ connectionId, symbol, intervalMs }: Subscription): Item => ({
  pk: { S: symbolText(symbol) },
  sk: { S: `${intervalText(intervalMs)}|${connectionId}` },
});

/** The subscription of one of a connection's rows, undefined for the connection's own. */
const readConnectionRow = (connectionId: string, row: Item): Subscription | undefined => {
  const text = readText(row, "sk");
  if (text === "connection") return undefined;
  const [intervalMs, symbol] = readIntervalAnd(text.slice("subscription|".length));
  return { connectionId, symbol, intervalMs };
};

const readSymbolRow = (symbol: string, row: Item): Subscription => {
  const [intervalMs, connectionId] = readIntervalAnd(readText(row, "sk"));
  return { connectionId, symbol, intervalMs };
};

const readIntervalAnd = (text: string): [Subscription["intervalMs"], string] => {
  const at = text.indexOf("|");
  const intervalMs = readInterval(text.slice(0, at));
  if (intervalMs === undefined) throw new RangeError(`a subscription must name its interval, was ${text}`);
  return [intervalMs, text.slice(at + 1)];
};

const distinct = (subscriptions: readonly Subscription[]): readonly Subscription[] => [
  ...new Map(subscriptions.map((subscription) => [JSON.stringify(connectionRow(subscription)), subscription])).values(),
];
