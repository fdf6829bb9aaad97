import { afterAll, beforeAll } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { shardStatusStoreContract } from "#core/ports/shard-status.contract.ts";
import { epochMs } from "#core/units.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { openDynamoShardStatusStore } from "./shard-status.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const clock = createManualClock(epochMs(1_000_000));

shardStatusStoreContract("dynamodb", async () =>
  openDynamoShardStatusStore({ table: await dynamo.table("checkpoints"), clock }),
);
