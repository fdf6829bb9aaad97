import { LambdaClient } from "@aws-sdk/client-lambda";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { Account } from "./account.ts";
import { setSwitch, switchesAmong } from "./switches.ts";

test("schedules and mappings can be switched, nothing else can", () => {
  const resource = (type: string, physicalId: string) => ({
    type,
    physicalId,
    logicalId: physicalId,
    isRetained: false,
  });
  expect(
    switchesAmong([
      resource("AWS::Lambda::Function", "aggregator"),
      resource("AWS::Lambda::EventSourceMapping", "0a-1b"),
      resource("AWS::Scheduler::Schedule", "EachMinute"),
    ]),
  ).toEqual([
    { kind: "mapping", id: "0a-1b" },
    { kind: "schedule", id: "EachMinute" },
  ]);
});

test("a mapping that stays as it is ends in one sentence that says how it stands", async () => {
  await using lambda = await openStandingLambda({ UUID: "0a-1b", State: "Disabling" });
  const pausing = setSwitch(
    { lambda: lambda.client } as unknown as Account,
    { kind: "mapping", id: "0a-1b" },
    false,
    0,
  );
  await expect(pausing).rejects.toThrow(
    "the event source mapping 0a-1b must become Disabled, is Disabling: see it in Lambda's console, then try again",
  );
});

/** A service that answers every request about a mapping with the same. */
const openStandingLambda = async (mapping: unknown): Promise<AsyncDisposable & { readonly client: LambdaClient }> => {
  const server = createServer((_request, response) => response.end(JSON.stringify(mapping)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new LambdaClient({ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials });
  return {
    client,
    [Symbol.asyncDispose]: () => {
      client.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
