import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListShardsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApplication } from "./application.ts";
import { openDynamoEngine, type Engine } from "./engines.ts";
import { streamResource } from "./fixtures/assembly.ts";
import { openStreams, type Streams } from "./fixtures/streams.ts";
import { provision } from "./provision.ts";

let streams: Streams;
let dynamoEngine: Engine;
let dynamo: DynamoDBClient;

beforeAll(async () => {
  [streams, dynamoEngine] = await Promise.all([openStreams(), openDynamoEngine()]);
  dynamo = new DynamoDBClient({
    endpoint: dynamoEngine.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    requestHandler: new NodeHttpHandler(),
  });
});
afterAll(async () => {
  dynamo.destroy();
  await Promise.all([streams[Symbol.asyncDispose](), dynamoEngine[Symbol.asyncDispose]()]);
});

const provide = (resources: Readonly<Record<string, unknown>>): Promise<void> =>
  provision(createApplication([{ name: "App", template: { Resources: resources }, assetFolders: new Map() }]), {
    kinesis: streams.kinesis,
    dynamo,
  });

const key = (name: string, KeyType: "HASH" | "RANGE") => ({ AttributeName: name, KeyType });
const attribute = (name: string, AttributeType = "S") => ({ AttributeName: name, AttributeType });
const tableResource = (properties: Readonly<Record<string, unknown>>): unknown => ({
  Type: "AWS::DynamoDB::Table",
  Properties: properties,
});
const plain = { KeySchema: [key("id", "HASH")], AttributeDefinitions: [attribute("id")] };
const byOwner = { IndexName: "by-owner", KeySchema: [key("owner", "HASH")], Projection: { ProjectionType: "ALL" } };
const indexed = {
  ...plain,
  AttributeDefinitions: [attribute("id"), attribute("owner")],
  GlobalSecondaryIndexes: [byOwner],
};

describe("what an app needs", () => {
  test("is made once, and found again", async () => {
    const resources = { Found: streamResource(2), Things: tableResource(plain), Owned: tableResource(indexed) };
    await provide(resources);
    await provide(resources);
    const { Shards } = await streams.kinesis.send(new ListShardsCommand({ StreamName: "App-Found" }));
    expect(Shards).toHaveLength(2);
  });

  test("keeps the shards of a stream that was resharded", async () => {
    await provide({ Split: streamResource() });
    await streams.split("App-Split");
    await provide({ Split: streamResource() });
  });

  test("rejects kept data of another shape, and says what differs", async () => {
    await provide({ Shape: streamResource(), Table: tableResource(plain), Owned: tableResource(indexed) });
    const numbered = { ...plain, AttributeDefinitions: [attribute("id", "N")] };
    const sorted = {
      KeySchema: [key("id", "HASH"), key("at", "RANGE")],
      AttributeDefinitions: [attribute("id"), attribute("at", "N")],
    };
    const cases: [Readonly<Record<string, unknown>>, string][] = [
      [{ Shape: streamResource(3) }, "the stream App-Shape must have 3 shards, as the app says, has 1"],
      [
        { Table: tableResource(sorted) },
        "the table App-Table must have the keys id HASH S, at RANGE N, as the app says, has id HASH S",
      ],
      [
        { Table: tableResource(numbered) },
        "the table App-Table must have the keys id HASH N, as the app says, has id HASH S",
      ],
      [
        { Owned: tableResource(plain) },
        "the table App-Owned must have the keys id HASH S, as the app says, has id HASH S; by-owner: owner HASH S",
      ],
    ];
    for (const [resources, sentence] of cases) {
      await expect(provide(resources)).rejects.toMatchObject({
        code: "TAPE_DATA_UNAVAILABLE",
        message: `${sentence} in the data folder: name another one`,
      });
    }
  });
});
