import { afterAll, beforeAll } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { checkpointStoreContract } from "#core/ports/checkpoint-store.contract.ts";
import { epochMs } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openDynamoCheckpointStore } from "./checkpoint-store.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const clock = createManualClock(epochMs(1_000_000));

checkpointStoreContract("dynamodb", async () =>
  openDynamoCheckpointStore({ table: await dynamo.table("checkpoints"), clock }),
);
