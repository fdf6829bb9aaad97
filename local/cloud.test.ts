import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { openLocalCloud, type CloudEvent, type LocalCloud, type LocalCloudOptions } from "./cloud.ts";
import {
  functionResource,
  mappingResource,
  roleResource,
  streamResource,
  writeAssembly,
  type FixtureStack,
} from "./fixtures/assembly.ts";
import { listOf, parseObject, type JsonObject } from "./json.ts";

const stacks: readonly FixtureStack[] = [
  {
    name: "Data",
    resources: {
      Raw: streamResource(),
      Cooked: streamResource(2),
      Failures: { Type: "AWS::S3::Bucket", Properties: {} },
      Site: { Type: "AWS::CloudFront::Distribution", Properties: {} },
      Things: {
        Type: "AWS::DynamoDB::Table",
        Properties: {
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
        },
      },
    },
    outputs: {
      RawName: { Value: { Ref: "Raw" } },
      SiteUrl: { Value: { "Fn::Join": ["", ["https://", { "Fn::GetAtt": ["Site", "DomainName"] }]] } },
      CookedExport: { Value: { Ref: "Cooked" }, Export: { Name: "Data:Cooked" } },
      CookedArn: { Value: { "Fn::GetAtt": ["Cooked", "Arn"] }, Export: { Name: "Data:CookedArn" } },
      FailuresArn: { Value: { "Fn::GetAtt": ["Failures", "Arn"] }, Export: { Name: "Data:FailuresArn" } },
      RawArn: { Value: { "Fn::GetAtt": ["Raw", "Arn"] }, Export: { Name: "Data:RawArn" } },
    },
  },
  {
    name: "Stages",
    assets: ["recorder", "forwarder", "tool"],
    resources: {
      Role: roleResource,
      Forwarder: functionResource("forwarder", {
        Environment: { Variables: { OUT: { "Fn::ImportValue": "Data:Cooked" } } },
      }),
      Recorder: functionResource("recorder"),
      Tool: functionResource("tool", { MemorySize: 256, Environment: { Variables: { GREETING: "hello" } } }),
      FromRaw: mappingResource("", "Forwarder", { EventSourceArn: { "Fn::ImportValue": "Data:RawArn" } }),
      FromCooked: mappingResource("", "Recorder", {
        EventSourceArn: { "Fn::ImportValue": "Data:CookedArn" },
        TumblingWindowInSeconds: 1,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 1,
        MaximumBatchingWindowInSeconds: 1,
        DestinationConfig: { OnFailure: { Destination: { "Fn::ImportValue": "Data:FailuresArn" } } },
      }),
    },
  },
];

const record = (StreamName: string, text: string): PutRecordCommand =>
  new PutRecordCommand({ StreamName, Data: new TextEncoder().encode(text), PartitionKey: text });

const kinesisOf = ({ environment }: LocalCloud): KinesisClient =>
  new KinesisClient({
    endpoint: environment["AWS_ENDPOINT_URL_KINESIS"] ?? "",
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    requestHandler: new NodeHttpHandler(),
  });

describe("a local cloud", () => {
  let assembly: Awaited<ReturnType<typeof writeAssembly>>;
  let cloud: LocalCloud;
  const events: CloudEvent[] = [];
  const logsOf = (functionName: string): readonly JsonObject[] =>
    events
      .flatMap((event) => (event.kind === "logged" && event.functionName === functionName ? [event.line] : []))
      .flatMap((line): readonly JsonObject[] => [parseObject(line) ?? {}]);

  beforeAll(async () => {
    assembly = await writeAssembly(stacks);
    cloud = await openLocalCloud({
      assemblyDir: assembly.dir,
      idleCloseMs: durationMs(100),
      onEvent: (event) => events.push(event),
    });
  });

  afterAll(async () => {
    await cloud[Symbol.asyncDispose]();
    await assembly[Symbol.asyncDispose]();
  });

  test("resolves the outputs of all stacks and tells of those that mean nothing here", () => {
    expect(cloud.outputs).toMatchObject({ RawName: "Data-Raw", CookedExport: "Data-Cooked" });
    expect(events).toContainEqual(expect.objectContaining({ kind: "output-omitted", output: "SiteUrl" }));
  });

  test("runs a function with the template's variables and Lambda's, and no others", async () => {
    const result = await cloud.invoke("Stages-Tool", { a: [1] });
    expect(result).toMatchObject({
      event: { a: [1] },
      env: { GREETING: "hello", AWS_LAMBDA_FUNCTION_NAME: "Stages-Tool", AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256" },
      context: { functionName: "Stages-Tool", memoryLimitInMB: "256" },
    });
    expect(result).not.toHaveProperty("env.HOME");
    expect(result).toMatchObject({ env: cloud.environment });
  });

  test("rejects an invocation with the function's error type and message", async () => {
    await expect(cloud.invoke("Stages-Tool", { throws: "no" })).rejects.toMatchObject({
      name: "TypeError",
      message: "no",
    });
  });

  test("delivers through two streams, isolates a poison record, and settles when all windows are closed", async () => {
    const texts = ["a", "b", "poison", "c", "d", "e", "f"];
    const kinesis = kinesisOf(cloud);
    for (const text of texts) await kinesis.send(record("Data-Raw", text));
    kinesis.destroy();
    await cloud.settle();
    const logs = logsOf("Stages-Recorder");
    const finals = logs.filter(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow === true);
    const counted = finals.map(({ state }) => (state as { count?: number }).count ?? 0);
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(texts.length - 1);
    expect(finals.every((final) => (final["texts"] as string[]).length === 0)).toBe(true);
    const [discarded, ...others] = events.filter((event) => event.kind === "batch-discarded");
    expect(others).toEqual([]);
    expect(discarded).toMatchObject({ recordCount: 1, condition: "RetryAttemptsExhausted" });
    const files = await readdir(join(cloud.bucketsDir, "data-failures"), { recursive: true, withFileTypes: true });
    const file = files.find((entry) => entry.isFile());
    const written = JSON.parse(await readFile(join(file?.parentPath ?? "", file?.name ?? ""), "utf8")) as {
      payload: string;
    };
    const payload = JSON.parse(written.payload) as { Records: readonly { kinesis: { data: string } }[] };
    expect(payload.Records.map(({ kinesis: { data } }) => atob(data))).toEqual(["poison"]);
  });
});

test("a local cloud with a data folder finds its streams and tables again", async () => {
  await using assembly = await writeAssembly(stacks);
  const dataDir = await mkdtemp(join(tmpdir(), "local-data-"));
  const texts: unknown[] = [];
  const options: LocalCloudOptions = {
    assemblyDir: assembly.dir,
    dataDir,
    idleCloseMs: durationMs(100),
    onEvent: (event) => {
      const line = event.kind === "logged" ? parseObject(event.line) : undefined;
      texts.push(...listOf(line?.["texts"]));
    },
  };
  {
    await using cloud = await openLocalCloud(options);
    const kinesis = kinesisOf(cloud);
    await kinesis.send(record("Data-Cooked", "kept"));
    kinesis.destroy();
  }
  texts.length = 0;
  {
    await using cloud = await openLocalCloud(options);
    await cloud.settle();
  }
  expect(texts).toEqual(["kept"]);
  await rm(dataDir, { recursive: true });
});

test("a local cloud that was never synthesized is told in one sentence", async () => {
  await expect(openLocalCloud({ assemblyDir: "/nonexistent" })).rejects.toMatchObject({
    code: "TAPE_FILE_UNREADABLE",
    message: "/nonexistent/manifest.json must be readable: synthesize the app first",
  });
});
