import { createHash } from "node:crypto";
import { UpdateItemCommand, type UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { PipelineError } from "#core/errors.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import { epochMs } from "#core/units.ts";
import { numberOf, readNumber, readText } from "./attributes.ts";
import { openTable, type DynamoOptions, type DynamoTable } from "./client.ts";
import { getAll, isLost, LOST, type Item } from "./requests.ts";

/**
 * Leases in a DynamoDB table with the key `name`, which of a long name has the beginning and a hash. A row stays when its lease ends, for the state it holds.
 *
 *     run A   acquire until 60 ----- save ------------------------------ save: TAPE_LEASE_LOST
 *     run B          acquire: no           acquire at 60 until 120 ------------- release ---
 *     run C                                       acquire: no                       acquire at 90
 *
 *     acquire   attribute_not_exists(holder)   nobody ever held it
 *               untilMs <= :now                its time is over, or it was released
 *               holder = :holder               the answer to this very request was lost, or it is prolonged
 *     save, release   holder = :holder         nobody took it since
 */
export const openDynamoLeaseStore = (options: DynamoOptions): LeaseStore & AsyncDisposable => {
  const table = openTable(options);
  return {
    acquire: async ({ name, holder, nowMs, untilMs }) => {
      const item = await update(table, name, {
        UpdateExpression: "SET #holder = :holder, #untilMs = :untilMs",
        ConditionExpression: "attribute_not_exists(#holder) OR #untilMs <= :now OR #holder = :holder",
        ExpressionAttributeNames: { "#holder": "holder", "#untilMs": "untilMs" },
        ExpressionAttributeValues: { ":holder": { S: holder }, ":untilMs": numberOf(untilMs), ":now": numberOf(nowMs) },
        ReturnValues: "ALL_NEW",
      });
      return item && { name, holder, untilMs, state: item["state"]?.S };
    },

    save: async ({ name, holder }, state) => {
      const item = await update(table, name, {
        UpdateExpression: "SET #state = :state",
        ConditionExpression: "#holder = :holder",
        ExpressionAttributeNames: { "#holder": "holder", "#state": "state" },
        ExpressionAttributeValues: { ":holder": { S: holder }, ":state": { S: state } },
      });
      if (item === undefined)
        throw new PipelineError("TAPE_LEASE_LOST", `the lease ${name} must be held by ${holder}, was taken by another`);
    },

    release: async ({ name, holder }, nowMs) => {
      await update(table, name, {
        UpdateExpression: "SET #untilMs = :ended",
        ConditionExpression: "#holder = :holder",
        ExpressionAttributeNames: { "#holder": "holder", "#untilMs": "untilMs" },
        ExpressionAttributeValues: { ":holder": { S: holder }, ":ended": numberOf(nowMs) },
      });
    },

    get: async (name) => {
      const [item] = await getAll(table, [{ name: { S: keyOf(name) } }]);
      if (item === undefined) return undefined;
      const untilMs = epochMs(readNumber(item, "untilMs"));
      return { name, holder: readText(item, "holder"), untilMs, state: item["state"]?.S };
    },

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

/**
 * A partition key has at most 2,048 bytes.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const MAX_KEY_BYTES = 2_048;
const KEPT_CHARACTERS = 400;

const keyOf = (name: string): string =>
  Buffer.byteLength(name) <= MAX_KEY_BYTES
    ? name
    : `${name.slice(0, KEPT_CHARACTERS)}… sha256:${createHash("sha256").update(name).digest("hex")}`;

/** The attributes that the update returns, undefined when its condition does not hold. */
const update = async (
  table: DynamoTable,
  name: string,
  change: Omit<UpdateItemCommandInput, "TableName" | "Key">,
): Promise<Item | undefined> => {
  const input = { ...change, TableName: table.name, Key: { name: { S: keyOf(name) } } };
  try {
    const answer = await table.ask((client) => client.send(new UpdateItemCommand(input)), [LOST]);
    return answer.Attributes ?? {};
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  }
};
