import { afterAll, beforeAll } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { storeMarksContract } from "#core/ports/store-marks.contract.ts";
import { epochMs } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openDynamoStoreMarks } from "./store-marks.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const clock = createManualClock(epochMs(1_000_000));

storeMarksContract("dynamodb", async () => openDynamoStoreMarks({ table: await dynamo.table("checkpoints"), clock }));
