import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { TicketStore } from "#core/ports/ticket-store.ts";
import { durationMs } from "#core/units.ts";
import { expiresAt } from "./attributes.ts";
import { openTable, type DynamoOptions } from "./client.ts";
import { isLost, LOST } from "./requests.ts";

/** A used ticket is remembered for so long after it expired: the clocks of who asks may differ. */
const MARGIN_MS = durationMs(300_000);

/**
 * Used tickets in a DynamoDB table with the key `id` and the time to live `expiresAt`.
 *
 *     connection 1   put ------------------> stored     attribute_not_exists(id)
 *     connection 2       put --------------> refused
 *     1, again              put -----------> stored     connectionId = :mine (the answer was lost)
 */
export const openDynamoTicketStore = (options: DynamoOptions): TicketStore & AsyncDisposable => {
  const table = openTable(options);
  return {
    use: async ({ id, expiresAtMs }, connectionId) => {
      const command = new PutItemCommand({
        TableName: table.name,
        Item: { id: { S: id }, connectionId: { S: connectionId }, expiresAt: expiresAt(expiresAtMs, MARGIN_MS) },
        ConditionExpression: "attribute_not_exists(id) OR connectionId = :mine",
        ExpressionAttributeValues: { ":mine": { S: connectionId } },
      });
      try {
        await table.ask((client) => client.send(command), [LOST]);
        return true;
      } catch (error) {
        if (isLost(error)) return false;
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};
