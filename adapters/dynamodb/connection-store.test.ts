import { afterAll, beforeAll } from "vitest";
import { connectionStoreContract } from "#core/ports/connection-store.contract.ts";
import { epochMs } from "#core/units.ts";
import { createManualClock } from "#adapters/memory/clock.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
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
