import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clock } from "#core/ports/clock.ts";
import { epochMs, type DurationMs } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openFaultyEndpoint, serviceError, type Intercept } from "#local/misbehaviour/faulty-endpoint.ts";
import { openTable } from "./client.ts";
import { getAll, queryPartition, writeAll, type Item } from "./requests.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const patient = (): Clock & { readonly slept: readonly DurationMs[] } => {
  const slept: DurationMs[] = [];
  return { slept, nowMs: () => epochMs(0), sleep: async (durationMs) => void slept.push(durationMs) };
};

const withFaults = async (intercept: Intercept) => {
  const faulty = await openFaultyEndpoint(dynamo.endpoint, intercept);
  const client = new DynamoDBClient({ endpoint: faulty.endpoint, maxAttempts: 1 });
  const clock = patient();
  const table = openTable({ table: await dynamo.table("leases"), clock, client });
  return {
    table,
    clock,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await faulty[Symbol.asyncDispose]();
    },
  };
};

const items = (count: number): readonly Item[] =>
  Array.from({ length: count }, (_, i) => ({ name: { S: `item ${i}` } }));
const puts = (count: number) => items(count).map((Item) => ({ PutRequest: { Item } }));
const names = (found: readonly Item[]): readonly string[] => found.map((item) => item["name"]?.S ?? "").toSorted();

/** Does what the first half of the members of a batch asks for and gives the others back. */
const halfOf = (member: "UnprocessedItems" | "UnprocessedKeys"): Intercept => {
  return async (_operation, body, forward) => {
    const [[table, batch]] = Object.entries(body["RequestItems"] as Record<string, unknown>) as [[string, unknown]];
    const members = (Array.isArray(batch) ? batch : (batch as { Keys: unknown[] }).Keys) as readonly unknown[];
    const half = Math.ceil(members.length / 2);
    const request = (part: readonly unknown[]) => (Array.isArray(batch) ? part : { ...(batch as object), Keys: part });
    const answer = await forward({ RequestItems: { [table]: request(members.slice(0, half)) } });
    const rest = members.slice(half);
    return { ...answer, body: { ...answer.body, [member]: rest.length === 0 ? {} : { [table]: request(rest) } } };
  };
};

test("a batch write goes on with what was left of it, after a pause", async () => {
  await using faulty = await withFaults(halfOf("UnprocessedItems"));
  await writeAll(faulty.table, puts(60));
  expect(faulty.clock.slept.length).toBeGreaterThan(5);
  await using whole = openTable({ table: faulty.table.name, clock: patient() });
  expect(names(await getAll(whole, items(70)))).toEqual(names(items(60)));
});

test("a batch read goes on with what was left of it, after a pause", async () => {
  await using faulty = await withFaults(halfOf("UnprocessedKeys"));
  await using whole = openTable({ table: faulty.table.name, clock: patient() });
  await writeAll(whole, puts(150));
  expect(names(await getAll(faulty.table, items(170)))).toEqual(names(items(150)));
  expect(faulty.clock.slept.length).toBeGreaterThan(5);
});

test("rejects a batch of which something is left however often it is asked for", async () => {
  let requests = 0;
  await using faulty = await withFaults(async (_operation, body) => {
    requests++;
    return { status: 200, body: { UnprocessedItems: body["RequestItems"] } };
  });
  await expect(writeAll(faulty.table, puts(3))).rejects.toMatchObject({
    code: "TAPE_STORE_UNAVAILABLE",
    isRetryable: true,
  });
  expect(requests).toBe(8);
  expect(faulty.clock.slept).toHaveLength(7);
});

test("rejects with our error, the vendor's as its cause, when the service fails", async () => {
  await using faulty = await withFaults(async () => serviceError("InternalServerError", 500));
  await expect(queryPartition(faulty.table, "name", "a")).rejects.toMatchObject({
    name: "PipelineError",
    code: "TAPE_STORE_UNAVAILABLE",
    isRetryable: true,
    cause: expect.objectContaining({ name: "InternalServerError" }),
  });
});

test("rejects with our error when nobody listens", async () => {
  const client = new DynamoDBClient({ endpoint: "http://127.0.0.1:1", maxAttempts: 1 });
  await using table = openTable({ table: "any", clock: patient(), client });
  await expect(getAll(table, items(1))).rejects.toMatchObject({ code: "TAPE_STORE_UNAVAILABLE" });
  client.destroy();
});
