import { afterAll, beforeAll, expect, test } from "vitest";
import { openDynamoLeaseStore } from "#adapters/dynamodb/lease-store.ts";
import { createManualClock } from "#adapters/memory/clock.ts";
import { durationMs, epochMs } from "#core/units.ts";
import type { LocalFunction } from "#local/cloud.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { environment as environmentOf, type FetcherConfig } from "#lambdas/fetcher/config.ts";
import { endLeaseOfDeadRun } from "./feed-lease.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const CONFIG: FetcherConfig = {
  ticksStream: "ticks",
  leasesTable: "leases",
  checkpointsTable: "checkpoints",
  source: "sim:",
  lanes: 64,
  frameMaxTrades: 1_000,
  frameMaxBytes: 25_000,
  lingerMs: durationMs(100),
  maxUnfoldedTrades: 100_000,
};

const clock = createManualClock(epochMs(1_000_000));

test("the lease of a run that was killed ends at once, and the next run goes on where that one was", async () => {
  const table = await dynamo.table("leases");
  const environment = environmentOf({ ...CONFIG, leasesTable: table });
  const cloud = {
    environment: { AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint },
    functions: [{ environment: {} }, { environment }] as unknown as readonly LocalFunction[],
  };
  await endLeaseOfDeadRun(cloud);
  await using leases = openDynamoLeaseStore({ table, clock });
  const times = { nowMs: epochMs(Date.now()), untilMs: epochMs(Date.now() + 15_000) };
  const killed = await leases.acquire({ name: "sim:", holder: "killed", ...times });
  await leases.save(killed!, "half way");
  await endLeaseOfDeadRun(cloud);
  const later = { nowMs: epochMs(Date.now()), untilMs: epochMs(Date.now() + 15_000) };
  expect(await leases.acquire({ name: "sim:", holder: "next", ...later })).toMatchObject({ state: "half way" });
});
