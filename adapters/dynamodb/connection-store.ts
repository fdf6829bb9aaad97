import { DeleteItemCommand, UpdateItemCommand, type UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { concurrently } from "#core/concurrently.ts";
import { intervalText, readInterval } from "#core/interval.ts";
import type { Connection, ConnectionStore, Subscription, Want } from "#core/ports/connection-store.ts";
import { durationMs } from "#core/units.ts";
import { expiresAt, isLive, numberOf, readText, readTime } from "./attributes.ts";
import { addWants, countMessage } from "./bounded-wants.ts";
import { MAX_SOCKETS, openTable, type DynamoOptions, type DynamoTable } from "./client.ts";
import { isLost, LOST, queryAll, type Item } from "./requests.ts";

/**
 * A connection ends after 2 hours, and its row soon after.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const KEEP_MS = durationMs(2 * 3_600_000 + 600_000);

/**
 * Connections in a DynamoDB table with the keys `pk` and `sk` and the time to live `expiresAt`: one row each, in one
 * partition, with all that the connection wants. So a flush reads some 250 bytes per connection, by one query, where a row
 * per subscription would cost a query per symbol.
 *
 *     pk                        sk
 *     connections               <connection id>    since, identity, wants: a set of <interval>|<symbol>
 *     messages|<connection id>  messages           windowStartMs, count
 *
 * Messages are counted in partitions of their own, so that a client that floods throttles nobody but itself.
 * A partition gives 3,000 read units a second, of 4 KB each: enough for some 10,000 connections of 20 symbols with two
 * flushes and a heartbeat a second.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 *
 * Each change is one write that commutes with the others: a set is added to and taken from, never put. That a set grows
 * no larger than it may is a condition of the write, on its size before. Whoever fails it reads which of the wants are new,
 * and adds them alone, if there is room:
 *
 *     450 wants    add 100, of which 100 known   size <= 400: no    read: 0 new     done
 *     450 wants    add 100, of which 60 known    size <= 400: no    read: 40 new    size <= 460
 *     450 wants    add 100, of which 20 known    size <= 400: no    read: 80 new    full
 */
export const openDynamoConnectionStore = (options: DynamoOptions): ConnectionStore & AsyncDisposable => {
  const table = openTable(options);
  return {
    open: (connection) => putConnection(table, connection),

    close: async (connectionId) => {
      for (const Key of [rowKey(connectionId), messagesKey(connectionId)]) {
        await table.ask((client) => client.send(new DeleteItemCommand({ TableName: table.name, Key })));
      }
    },

    list: async () =>
      (await liveRows(table, ", connectedAtMs")).map((row) => ({
        connectionId: readText(row, "sk"),
        connectedAtMs: readTime(row, "connectedAtMs"),
      })),

    subscribe: async (subscriptions) => {
      let isAdded = true;
      await byConnection(subscriptions, async (connectionId, wants) => {
        if (!(await addWants(table, rowKey(connectionId), wants, KEEP_MS))) isAdded = false;
      });
      return isAdded;
    },

    unsubscribe: (subscriptions) =>
      byConnection(subscriptions, (connectionId, wants) => deleteWants(table, connectionId, wants)),

    wants: async () => {
      const known = new Map<string, Want>();
      return (await liveRows(table, ", wants")).flatMap((row) => {
        const wants = row["wants"]?.SS?.map((text) => readWant(known, text));
        return wants === undefined ? [] : [{ connectionId: readText(row, "sk"), wants }];
      });
    },

    countMessage: (connectionId, windowStartMs) =>
      countMessage(table, messagesKey(connectionId), windowStartMs, KEEP_MS),

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const LIST = "connections";

const rowKey = (connectionId: string): Item => ({ pk: { S: LIST }, sk: { S: connectionId } });

const messagesKey = (connectionId: string): Item => ({ pk: { S: `messages|${connectionId}` }, sk: { S: "messages" } });

const update = async (
  table: DynamoTable,
  connectionId: string,
  change: Omit<UpdateItemCommandInput, "TableName" | "Key">,
): Promise<void> => {
  const command = new UpdateItemCommand({ TableName: table.name, Key: rowKey(connectionId), ...change });
  await table.ask((client) => client.send(command), [LOST]);
};

const putConnection = (table: DynamoTable, { connectionId, connectedAtMs, identity }: Connection): Promise<void> =>
  update(table, connectionId, {
    UpdateExpression: "SET connectedAtMs = :since, #identity = :identity, expiresAt = :expiry",
    ExpressionAttributeNames: { "#identity": "identity" },
    ExpressionAttributeValues: {
      ":since": numberOf(connectedAtMs),
      ":identity": identity === undefined ? { NULL: true } : { S: identity },
      ":expiry": expiresAt(table.clock.nowMs(), KEEP_MS),
    },
  });

/** Of a connection that was closed there is nothing to delete. */
const deleteWants = async (table: DynamoTable, connectionId: string, wants: ReadonlySet<string>): Promise<void> => {
  try {
    await update(table, connectionId, {
      UpdateExpression: "DELETE wants :wants",
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeValues: { ":wants": { SS: [...wants] } },
    });
  } catch (error) {
    if (!isLost(error)) throw error;
  }
};

/** Of the connections whose time is not over, `sk` and further `attributes`. */
const liveRows = async (table: DynamoTable, attributes: ", connectedAtMs" | ", wants"): Promise<readonly Item[]> => {
  const rows = await queryAll(table, {
    KeyConditionExpression: "pk = :list",
    ExpressionAttributeValues: { ":list": { S: LIST } },
    ProjectionExpression: `sk, expiresAt${attributes}`,
  });
  const nowMs = table.clock.nowMs();
  return rows.filter((row) => isLive(row, nowMs));
};

/** Calls `change` once for each connection, with the texts of what `subscriptions` say of it. */
const byConnection = (
  subscriptions: readonly Subscription[],
  change: (connectionId: string, wants: ReadonlySet<string>) => Promise<void>,
): Promise<void> =>
  concurrently(
    [...Map.groupBy(subscriptions, ({ connectionId }) => connectionId)],
    MAX_SOCKETS,
    ([connectionId, own]) => change(connectionId, new Set(own.map(wantText))),
  );

const wantText = ({ symbol, intervalMs }: Want): string => `${intervalText(intervalMs)}|${symbol}`;

/** The want of a text, one object for each text. */
const readWant = (known: Map<string, Want>, text: string): Want => {
  const kept = known.get(text);
  if (kept !== undefined) return kept;
  const at = text.indexOf("|");
  const intervalMs = readInterval(text.slice(0, at));
  if (intervalMs === undefined) throw new RangeError(`a subscription must name its interval, was ${text}`);
  const want = { symbol: text.slice(at + 1), intervalMs };
  known.set(text, want);
  return want;
};
