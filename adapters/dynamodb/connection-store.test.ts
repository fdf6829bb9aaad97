import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { connectionStoreContract } from "#core/ports/connection-store.contract.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openFaultyEndpoint } from "#local/misbehaviour/faulty-endpoint.ts";
import { openDynamoConnectionStore } from "./connection-store.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const clock = createManualClock(epochMs(1_000_000));
const want = { symbol: "IBM", intervalMs: durationMs(60_000) };

connectionStoreContract("dynamodb", async () =>
  openDynamoConnectionStore({ table: await dynamo.table("connections"), clock }),
);

test("a connection nobody closed is over soon after it must be, and what it wants with it", async () => {
  const later = createManualClock(epochMs(0));
  await using store = openDynamoConnectionStore({ table: await dynamo.table("connections"), clock: later });
  await store.open({ connectionId: "a", connectedAtMs: epochMs(0), identity: "somebody" });
  await store.subscribe([{ connectionId: "a", ...want }]);
  await later.advance(2 * 3_600_000);
  expect(await store.wants()).toEqual([{ connectionId: "a", wants: [want] }]);
  expect(await store.list()).toEqual([{ connectionId: "a", connectedAtMs: 0 }]);
  await later.advance(600_000);
  expect(await store.wants()).toEqual([]);
  expect(await store.list()).toEqual([]);
});

test("what is wanted is one strongly consistent question, however many symbols and connections there are", async () => {
  const questions: unknown[] = [];
  await using counting = await openFaultyEndpoint(dynamo.endpoint, (operation, body, forward) => {
    if (operation === "Query") questions.push(body["ConsistentRead"]);
    return forward(body);
  });
  const client = new DynamoDBClient({ endpoint: counting.endpoint });
  await using store = openDynamoConnectionStore({ table: await dynamo.table("connections"), clock, client });
  const wants = Array.from({ length: 50 }, (_, index) => ({ ...want, symbol: `S${index}` }));
  await store.subscribe(["a", "b", "c"].flatMap((connectionId) => wants.map((one) => ({ connectionId, ...one }))));
  const found = await store.wants();
  client.destroy();
  expect(found.map((one) => [one.connectionId, one.wants.length])).toEqual([
    ["a", 50],
    ["b", 50],
    ["c", 50],
  ]);
  expect(new Set(found.flatMap((one) => one.wants)).size).toBe(50);
  expect(questions).toEqual([true]);
});
