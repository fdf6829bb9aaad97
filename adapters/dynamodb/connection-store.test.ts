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

test("a symbol is wanted for longer than any subscription that relies on it, however often it is written", async () => {
  const later = createManualClock(epochMs(0));
  await using store = openDynamoConnectionStore({ table: await dynamo.table("connections"), clock: later });
  // every 7 minutes for 2 hours, until long after the last
  let foundAtMs = 0;
  for (let minute = 0; minute <= 360; minute += 7) {
    if (minute <= 120)
      await store.subscribe([{ connectionId: `c${minute}`, symbol: "IBM", intervalMs: durationMs(60_000) }]);
    const wanted = await store.wantedSymbols();
    if ((await store.subscribers("IBM")).length > 0) {
      expect(wanted).toContain("IBM");
      foundAtMs = later.nowMs();
    }
    await later.advance(7 * 60_000);
  }
  expect(foundAtMs).toBeGreaterThan(4 * 3_600_000 - 600_000);
  expect(await store.wantedSymbols()).toEqual(new Set());
});

test("a rush of clients writes that a symbol is wanted once", async () => {
  let noted = 0;
  await using counting = await openFaultyEndpoint(dynamo.endpoint, (operation, body, forward) => {
    if (operation === "BatchWriteItem" && JSON.stringify(body).includes('"pk":{"S":"wanted"}')) noted++;
    return forward(body);
  });
  const client = new DynamoDBClient({ endpoint: counting.endpoint });
  await using store = openDynamoConnectionStore({ table: await dynamo.table("connections"), clock, client });
  for (let i = 0; i < 5; i++)
    await store.subscribe([{ connectionId: `c${i}`, symbol: "IBM", intervalMs: durationMs(60_000) }]);
  expect(noted).toBe(1);
  client.destroy();
});

test("a subscribe that is cut short anywhere leaves no subscriber of a symbol that is not wanted", async () => {
  for (let allowed = 0; allowed <= 3; allowed++) {
    const table = await dynamo.table("connections");
    let writes = 0;
    await using faulty = await openFaultyEndpoint(dynamo.endpoint, (operation, body, forward) =>
      operation === "BatchWriteItem" && ++writes > allowed ? Promise.resolve(serviceError("Down", 500)) : forward(body),
    );
    const client = new DynamoDBClient({ endpoint: faulty.endpoint, maxAttempts: 1 });
    await using store = openDynamoConnectionStore({ table, clock });
    await using dying = openDynamoConnectionStore({ table, clock, client });
    const done = dying.subscribe([{ connectionId: "a", symbol: "IBM", intervalMs: durationMs(60_000) }]);
    expect(
      await done.then(
        () => true,
        () => false,
      ),
    ).toBe(allowed === 3);
    expect((await store.wantedSymbols()).size).toBe(allowed === 0 ? 0 : 1);
    expect(await store.subscribers("IBM")).toHaveLength(allowed === 3 ? 1 : 0);
    client.destroy();
  }
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
