import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDynamoEngine, openKinesisEngine } from "./engines.ts";

const settings = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  requestHandler: new NodeHttpHandler(),
});

const temporaryFolder = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), "tapestream-engines-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
};

const activeStream = async (client: KinesisClient, name: string): Promise<void> => {
  await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: 1 }));
  for (;;) {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: name }));
    if (StreamDescriptionSummary?.StreamStatus === "ACTIVE") return;
  }
};

const activeTable = async (client: DynamoDBClient, name: string): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === "ACTIVE") return;
  }
};

const firstShardData = async (client: KinesisClient, name: string): Promise<readonly string[]> => {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamName: name,
      ShardId: "shardId-000000000000",
      ShardIteratorType: "TRIM_HORIZON",
    }),
  );
  const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ Data }) => new TextDecoder().decode(Data));
};

test("a record put is a record read, and the end does not wait for keep-alive clients", async () => {
  const engine = await openKinesisEngine();
  const client = new KinesisClient(settings(engine.endpoint));
  await activeStream(client, "ticks");
  await client.send(
    new PutRecordCommand({ StreamName: "ticks", PartitionKey: "1", Data: new TextEncoder().encode("a") }),
  );
  expect(await firstShardData(client, "ticks")).toEqual(["a"]);

  // The client keeps its connection, which the engine never ends for being idle: whoever waited for it would wait for ever.
  await engine[Symbol.asyncDispose]();
  client.destroy();
});

test("an item put is an item read, and the end does not wait for keep-alive clients", async () => {
  const engine = await openDynamoEngine();
  const client = new DynamoDBClient(settings(engine.endpoint));
  await activeTable(client, "things");
  await client.send(new PutItemCommand({ TableName: "things", Item: { id: { S: "a" } } }));
  const { Item } = await client.send(new GetItemCommand({ TableName: "things", Key: { id: { S: "a" } } }));
  expect(Item).toEqual({ id: { S: "a" } });

  // The client keeps its connection, which the engine never ends for being idle: whoever waited for it would wait for ever.
  await engine[Symbol.asyncDispose]();
  client.destroy();
});

test("an end in the middle of many requests lets no error escape", async () => {
  for (const open of [openKinesisEngine, openDynamoEngine]) {
    const engine = await open();
    const kinesis = new KinesisClient({ ...settings(engine.endpoint), maxAttempts: 1 });
    const dynamo = new DynamoDBClient({ ...settings(engine.endpoint), maxAttempts: 1 });
    const requests = Array.from({ length: 30 }, (_, i) =>
      open === openKinesisEngine
        ? kinesis.send(new CreateStreamCommand({ StreamName: `s${i}`, ShardCount: 1 }))
        : dynamo.send(
            new CreateTableCommand({
              TableName: `table${i}`,
              KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
              AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
              BillingMode: "PAY_PER_REQUEST",
            }),
          ),
    );
    await requests[0];
    const [, ...outcomes] = await Promise.all([engine[Symbol.asyncDispose](), Promise.allSettled(requests)]);
    expect(outcomes[0]).toHaveLength(30);
    kinesis.destroy();
    dynamo.destroy();
  }
});

test("a client that hangs up in the middle of a request harms nobody", async () => {
  for (const open of [openKinesisEngine, openDynamoEngine]) {
    await using engine = await open();
    const socket = connect(engine.port, "127.0.0.1");
    await new Promise<void>((resolve) => {
      socket.write("POST / HTTP/1.1\r\nHost: local\r\nContent-Length: 1000\r\n\r\nhalf", () => resolve());
    });
    socket.resetAndDestroy();
    const answer = await fetch(engine.endpoint, { method: "POST", body: "{}" });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  }
});

test("streams on disk outlive the engine", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "kept", "kinesis");
  {
    await using engine = await openKinesisEngine({ path });
    const client = new KinesisClient(settings(engine.endpoint));
    await activeStream(client, "ticks");
    await client.send(
      new PutRecordCommand({ StreamName: "ticks", PartitionKey: "1", Data: new TextEncoder().encode("kept") }),
    );
    client.destroy();
  }
  await using engine = await openKinesisEngine({ path });
  const client = new KinesisClient(settings(engine.endpoint));
  expect(await firstShardData(client, "ticks")).toEqual(["kept"]);
  client.destroy();
});

test("tables on disk outlive the engine", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "kept", "dynamodb");
  {
    await using engine = await openDynamoEngine({ path });
    const client = new DynamoDBClient(settings(engine.endpoint));
    await activeTable(client, "things");
    await client.send(new PutItemCommand({ TableName: "things", Item: { id: { S: "kept" } } }));
    client.destroy();
  }
  await using engine = await openDynamoEngine({ path });
  const client = new DynamoDBClient(settings(engine.endpoint));
  const { Item } = await client.send(new GetItemCommand({ TableName: "things", Key: { id: { S: "kept" } } }));
  expect(Item).toEqual({ id: { S: "kept" } });
  client.destroy();
});

test("rejects a port in use and gives its folder back", async () => {
  for (const open of [openKinesisEngine, openDynamoEngine]) {
    await using folder = await temporaryFolder();
    await using first = await open();
    await expect(open({ port: first.port, path: folder.path })).rejects.toMatchObject({
      code: "TAPE_PORT_IN_USE",
      message: expect.stringContaining(`127.0.0.1:${first.port} is in use`),
    });
    await using second = await open({ path: folder.path });
    expect(second.port).not.toBe(first.port);
  }
});
