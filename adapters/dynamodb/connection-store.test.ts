import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { connectionStoreContract } from "#core/ports/connection-store.contract.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openFaultyEndpoint, serviceError } from "#local/misbehaviour/faulty-endpoint.ts";
import { openDynamoConnectionStore } from "./connection-store.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const clock = createManualClock(epochMs(1_000_000));

connectionStoreContract("dynamodb", async () =>
  openDynamoConnectionStore({ table: await dynamo.table("connections"), clock }),
);

test("a subscription nobody closed is over soon after its connection must be", async () => {
  const later = createManualClock(epochMs(0));
  await using store = openDynamoConnectionStore({ table: await dynamo.table("connections"), clock: later });
  const subscription = { connectionId: "a", symbol: "IBM", intervalMs: durationMs(60_000) };
  await store.subscribe([subscription]);
  await later.advance(2 * 3_600_000);
  expect(await store.subscribers("IBM")).toEqual([subscription]);
  await later.advance(600_000);
  expect(await store.subscribers("IBM")).toEqual([]);
});

test("a close that was cut short is finished by the next", async () => {
  const table = await dynamo.table("connections");
  const subscriptions = Array.from({ length: 30 }, (_, i) => ({
    connectionId: "a",
    symbol: `SYM${i}`,
    intervalMs: durationMs(60_000),
  }));
  // The first batch of deletes goes through, then the process ends.
  let writes = 0;
  await using faulty = await openFaultyEndpoint(dynamo.endpoint, (operation, body, forward) =>
    operation === "BatchWriteItem" && ++writes > 1 ? Promise.resolve(serviceError("Down", 500)) : forward(body),
  );
  const client = new DynamoDBClient({ endpoint: faulty.endpoint, maxAttempts: 1 });
  await using store = openDynamoConnectionStore({ table, clock });
  await using dying = openDynamoConnectionStore({ table, clock, client });
  await store.open({ connectionId: "a", connectedAtMs: epochMs(0), identity: undefined });
  await store.subscribe(subscriptions);
  await expect(dying.close("a")).rejects.toMatchObject({ code: "TAPE_STORE_UNAVAILABLE" });
  await store.close("a");
  for (const { symbol } of subscriptions) expect(await store.subscribers(symbol)).toEqual([]);
  client.destroy();
});
