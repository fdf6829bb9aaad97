import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { MAX_WANTS } from "#core/ports/connection-store.ts";
import type { DurationMs, EpochMs } from "#core/units.ts";
import { expiresAt, numberOf } from "./attributes.ts";
import type { DynamoTable } from "./client.ts";
import { getAll, isLost, LOST, type Item } from "./requests.ts";

/** Others add to the same row so often in between, and whoever asks is told that there is no room. */
const ATTEMPTS = 4;

/** Adds `wants` to the set of a row, all or none: false when there would be more than {@link MAX_WANTS}. */
export const addWants = async (
  table: DynamoTable,
  key: Item,
  wants: ReadonlySet<string>,
  keepMs: DurationMs,
): Promise<boolean> => {
  const add = (added: ReadonlySet<string>): Promise<boolean> => addIfRoom(table, key, added, keepMs);
  if (await add(wants)) return true;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const [row] = await getAll(table, [key]);
    const known = new Set(row?.["wants"]?.SS);
    const added = new Set([...wants].filter((want) => !known.has(want)));
    if (added.size === 0) return true;
    if (known.size + added.size > MAX_WANTS) return false;
    if (await add(added)) return true;
  }
  return false;
};

const addIfRoom = async (
  table: DynamoTable,
  Key: Item,
  added: ReadonlySet<string>,
  keepMs: DurationMs,
): Promise<boolean> => {
  if (added.size > MAX_WANTS) return false;
  return tryUpdate(table, Key, {
    UpdateExpression: "ADD wants :wants SET expiresAt = :expiry",
    ConditionExpression: "attribute_not_exists(wants) OR size(wants) <= :room",
    ExpressionAttributeValues: {
      ":wants": { SS: [...added] },
      ":room": numberOf(MAX_WANTS - added.size),
      ":expiry": expiresAt(table.clock.nowMs(), keepMs),
    },
  });
};

/**
 * Counts a message in the window of a row, and returns how many there were. Whoever comes first in a window begins it.
 *
 *     A, window 10    count + 1 if window >= 10: 7       count + 1: 8
 *     B, window 20           count + 1 if window >= 20: no   begin if window < 20: 1
 *     A, window 10                                                count + 1 if window >= 10: 2
 */
export const countMessage = async (
  table: DynamoTable,
  Key: Item,
  windowStartMs: EpochMs,
  keepMs: DurationMs,
): Promise<number> => {
  const window = { ":window": numberOf(windowStartMs), ":one": numberOf(1) };
  const names = { ExpressionAttributeNames: { "#count": "count" } };
  for (;;) {
    const count = await update(table, Key, {
      ...names,
      UpdateExpression: "SET #count = #count + :one",
      ConditionExpression: "windowStartMs >= :window",
      ExpressionAttributeValues: window,
      ReturnValues: "UPDATED_NEW",
    });
    if (count !== undefined) return Number(count["count"]?.N);
    const isFirst = await tryUpdate(table, Key, {
      ...names,
      UpdateExpression: "SET windowStartMs = :window, #count = :one, expiresAt = :expiry",
      ConditionExpression: "attribute_not_exists(windowStartMs) OR windowStartMs < :window",
      ExpressionAttributeValues: { ...window, ":expiry": expiresAt(table.clock.nowMs(), keepMs) },
    });
    if (isFirst) return 1;
  }
};

type Change = Omit<ConstructorParameters<typeof UpdateItemCommand>[0], "TableName" | "Key">;

/** Whether the condition of the update held. */
const tryUpdate = async (table: DynamoTable, Key: Item, change: Change): Promise<boolean> =>
  (await update(table, Key, change)) !== undefined;

/** The attributes that the update returns, undefined when its condition does not hold. */
const update = async (table: DynamoTable, Key: Item, change: Change): Promise<Item | undefined> => {
  const command = new UpdateItemCommand({ ...change, TableName: table.name, Key });
  try {
    return (await table.ask((client) => client.send(command), [LOST])).Attributes ?? {};
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  }
};
