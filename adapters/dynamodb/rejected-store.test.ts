import { DeleteItemCommand, ScanCommand, type AttributeValue, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { rejectedStoreContract } from "#core/ports/rejected-store.contract.ts";
import type { Rejected } from "#core/trade.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openDynamoClient } from "./client.ts";
import { openDynamoRejectedStore } from "./rejected-store.ts";

let dynamo: TestDynamo;
let client: DynamoDBClient;
beforeAll(async () => {
  dynamo = await openTestDynamo();
  client = openDynamoClient();
});
afterAll(async () => {
  client.destroy();
  await dynamo[Symbol.asyncDispose]();
});

const clock = createManualClock(epochMs(1_000_000));

rejectedStoreContract("dynamodb", async () =>
  openDynamoRejectedStore({ table: await dynamo.table("rejected"), clock, keepMs: durationMs(60_000) }),
);

const rejected = (digits: string, bytes: Uint8Array): Rejected => ({
  stream: "ticks",
  shard: "0",
  sequenceNumber: sequenceNumber(digits),
  arrivalTimeMs: epochMs(0),
  count: 1,
  faults: [{ index: -1, reason: "unknown-shape" }],
  bytes,
});

const scan = async (TableName: string): Promise<readonly Record<string, AttributeValue>[]> =>
  (await client.send(new ScanCommand({ TableName }))).Items ?? [];

test("a shard's records spread over 16 partitions, though their sequence numbers end alike", async () => {
  const table = await dynamo.table("rejected");
  await using store = openDynamoRejectedStore({ table, clock, keepMs: durationMs(60_000) });
  // As Kinesis counts: the lowest 32 bits are those of the shard.
  const first = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;
  const rows = Array.from({ length: 400 }, (_, i) =>
    rejected(String(first + BigInt(i) * 2n ** 32n), new Uint8Array([i % 256])),
  );
  await store.put(rows);
  const items = await scan(table);
  const sizes = [...Map.groupBy(items, ({ origin }) => origin?.S).values()].map(({ length }) => length);
  expect(sizes).toHaveLength(16);
  expect(Math.max(...sizes)).toBeLessThan(60);
  expect(await store.list("ticks", "0", "1970-01-01")).toEqual(rows);
});

test("a record of which a part is missing is not listed", async () => {
  const table = await dynamo.table("rejected");
  await using store = openDynamoRejectedStore({ table, clock, keepMs: durationMs(60_000) });
  const [small, large] = [rejected("1", new Uint8Array(1)), rejected("2", new Uint8Array(1_000_000))];
  await store.put([large]);
  const keys = (await scan(table)).map(({ origin, position }) => ({ origin: origin!, position: position! }));
  expect(keys).toHaveLength(3);
  for (const Key of keys) {
    await store.put([small, large]);
    await client.send(new DeleteItemCommand({ TableName: table, Key }));
    expect(await store.list("ticks", "0", "1970-01-01")).toEqual([small]);
  }
});
