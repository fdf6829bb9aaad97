import { afterAll, beforeAll } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { symbolRegisterContract } from "#core/ports/symbol-register.contract.ts";
import { epochMs } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openDynamoSymbolRegister } from "./symbol-register.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const clock = createManualClock(epochMs(1_000_000));

symbolRegisterContract("dynamodb", async () =>
  openDynamoSymbolRegister({ table: await dynamo.table("symbols"), clock }),
);
