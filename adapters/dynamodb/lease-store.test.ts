import { afterAll, beforeAll } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { leaseStoreContract } from "#core/ports/lease-store.contract.ts";
import { epochMs } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openDynamoLeaseStore } from "./lease-store.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const clock = createManualClock(epochMs(1_000_000));

leaseStoreContract("dynamodb", async () => openDynamoLeaseStore({ table: await dynamo.table("leases"), clock }));
