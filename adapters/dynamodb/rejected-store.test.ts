import { afterAll, beforeAll } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { rejectedStoreContract } from "#core/ports/rejected-store.contract.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openDynamoRejectedStore } from "./rejected-store.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const clock = createManualClock(epochMs(1_000_000));

rejectedStoreContract("dynamodb", async () =>
  openDynamoRejectedStore({ table: await dynamo.table("rejected"), clock, keepMs: durationMs(60_000) }),
);
