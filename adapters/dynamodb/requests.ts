import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  PutItemCommand,
  QueryCommand,
  type AttributeValue,
  type KeysAndAttributes,
  type PutItemCommandInput,
  type QueryCommandInput,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import { durationMs } from "#core/units.ts";
import type { DynamoTable } from "./client.ts";
import { concurrently } from "#core/concurrently.ts";

export type Item = Record<string, AttributeValue>;

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const GET_KEYS = 100;
/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const WRITE_ITEMS = 25;
const BATCHES_IN_FLIGHT = 8;
const ATTEMPTS = 8;
const BACKOFF: Backoff = { firstMs: durationMs(50), longestMs: durationMs(2_000) };

/** The items of all these keys, strongly read. An absent one is left out; keys must be different. */
export const getAll = async (table: DynamoTable, keys: readonly Item[]): Promise<readonly Item[]> => {
  const found: Item[] = [];
  await concurrently(chunks(keys, GET_KEYS), BATCHES_IN_FLIGHT, async (chunk) => {
    await untilProcessed<KeysAndAttributes>(table, { Keys: chunk, ConsistentRead: true }, async (request) => {
      const answer = await table.ask((client) =>
        client.send(new BatchGetItemCommand({ RequestItems: { [table.name]: request } })),
      );
      found.push(...(answer.Responses?.[table.name] ?? []));
      const rest = answer.UnprocessedKeys?.[table.name];
      return rest?.Keys?.length ? rest : undefined;
    });
  });
  return found;
};

/** Puts and deletes unconditionally, in no order. No two requests may name the same item. */
export const writeAll = (table: DynamoTable, requests: readonly WriteRequest[]): Promise<void> =>
  concurrently(chunks(requests, WRITE_ITEMS), BATCHES_IN_FLIGHT, (chunk) =>
    untilProcessed(table, chunk, async (request) => {
      const answer = await table.ask((client) =>
        client.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: request } })),
      );
      const rest = answer.UnprocessedItems?.[table.name];
      return rest?.length ? rest : undefined;
    }),
  );

/** All items of a query, page after page until there are `most`, strongly read, in the order of the sort key. */
export const queryAll = async (
  table: DynamoTable,
  query: Omit<QueryCommandInput, "TableName" | "ConsistentRead" | "ExclusiveStartKey">,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = { ...query, TableName: table.name, ConsistentRead: true, ExclusiveStartKey: from };
    const answer = await table.ask((client) => client.send(new QueryCommand(page)));
    items.push(...(answer.Items ?? []));
    from = answer.LastEvaluatedKey;
  } while (from !== undefined && items.length < most);
  return items;
};

/** The items of one partition, page after page until there are `most`, strongly read, in the order of the sort key. */
export const queryPartition = (
  table: DynamoTable,
  key: string,
  value: string,
  most?: number,
): Promise<readonly Item[]> =>
  queryAll(
    table,
    {
      KeyConditionExpression: "#key = :value",
      ExpressionAttributeNames: { "#key": key },
      ExpressionAttributeValues: { ":value": { S: value } },
    },
    most,
  );

/**
 * Puts `item` unless a stored one has an equal or greater value in `register`. Losing is no error: the greater contains the
 * lesser. A write that arrives late, twice or from a process believed dead changes nothing either.
 *
 *     writer A      put 10 --------------------------------> stored         attribute_not_exists(register)
 *     writer B          put 20 ----------------------------> stored         register < :mine   10 < 20
 *     A, again              put 10 (the answer was lost) --> refused        20 < 10 is false
 *     a zombie                  put 15 --------------------> refused        20 < 15 is false
 *     B, again                      put 20 ----------------> refused        20 < 20 is false
 */
export const putGreater = async (table: DynamoTable, item: Item, register: string): Promise<void> => {
  const mine = item[register];
  if (mine === undefined) throw new RangeError(`an item must have its register ${register}, had none`);
  await writeIf(table, {
    Item: item,
    ConditionExpression: "attribute_not_exists(#register) OR #register < :mine",
    ExpressionAttributeNames: { "#register": register },
    ExpressionAttributeValues: { ":mine": mine },
  });
};

const writeIf = async (table: DynamoTable, write: Omit<PutItemCommandInput, "TableName">): Promise<void> => {
  try {
    await table.ask((client) => client.send(new PutItemCommand({ ...write, TableName: table.name })), [LOST]);
  } catch (error) {
    if (!isLost(error)) throw error;
  }
};

/** What a write whose condition does not hold fails with. */
export const LOST = "ConditionalCheckFailedException";

export const isLost = (error: unknown): boolean => error instanceof Error && error.name === LOST;

const untilProcessed = async <Request>(
  table: DynamoTable,
  request: Request,
  process: (request: Request) => Promise<Request | undefined>,
): Promise<void> => {
  let rest: Request | undefined = request;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    rest = await process(rest);
    if (rest === undefined) return;
    if (attempt < ATTEMPTS) await table.clock.sleep(backoffMs(BACKOFF, attempt, Math.random()));
  }
  throw new PipelineError(
    "TAPE_STORE_UNAVAILABLE",
    `table ${table.name} must process a batch within ${ATTEMPTS} attempts, left a part of it`,
    { retryable: true },
  );
};

const chunks = <Member>(members: readonly Member[], size: number): Member[][] =>
  Array.from({ length: Math.ceil(members.length / size) }, (_, i) => members.slice(i * size, (i + 1) * size));
