import { afterAll, beforeAll } from "vitest";
import { symbolRegisterContract } from "#core/ports/symbol-register.contract.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openDynamoSymbolRegister } from "./symbol-register.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

symbolRegisterContract("dynamodb", async (clock) =>
  openDynamoSymbolRegister({ table: await dynamo.table("symbols"), clock }),
);
