import { Match, type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, test } from "vitest";
import { openBundles, resourcesOf } from "../bundles.fixture.ts";

let pipeline: Template;
let windowless: Template;

beforeAll(async () => {
  await using bundles = await openBundles();
  ({ pipeline } = bundles.templates());
  ({ pipeline: windowless } = bundles.templates({
    arrivalWindowSeconds: 0,
    retryAttempts: 3,
    access: "public",
    dataRemoval: "destroy",
    fanOut: "aggregator",
    shards: 4,
    barsShards: 2,
    aggregatorMemoryMiB: 1_769,
    ticksRetentionHours: 8_760,
  }));
});

describe("the streams", () => {
  test("are provisioned, encrypted and named by CloudFormation", () => {
    const streams = resourcesOf(pipeline, "AWS::Kinesis::Stream");
    expect(streams.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(["Retain", "Delete"]);
    for (const { Properties } of streams) {
      expect(Properties).toEqual({
        ShardCount: 1,
        RetentionPeriodHours: 24,
        StreamModeDetails: { StreamMode: "PROVISIONED" },
        StreamEncryption: { EncryptionType: "KMS", KeyId: "alias/aws/kinesis" },
      });
    }
  });

  test("have the configured shards and retention", () => {
    const [ticks, bars] = resourcesOf(windowless, "AWS::Kinesis::Stream");
    expect(ticks).toMatchObject({
      DeletionPolicy: "Delete",
      Properties: { ShardCount: 4, RetentionPeriodHours: 8_760 },
    });
    expect(bars).toMatchObject({ Properties: { ShardCount: 2, RetentionPeriodHours: 24 } });
  });
});

describe("the mapping of ticks to the aggregator", () => {
  const common = {
    BatchSize: 10_000,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: { "Fn::ImportValue": Match.stringLikeRegexp("Failures") } } },
    MaximumBatchingWindowInSeconds: 1,
    ParallelizationFactor: 1,
    StartingPosition: "TRIM_HORIZON",
  };

  test("has a tumbling window, in which a batch succeeds or fails whole, and gives up before records expire", () => {
    pipeline.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      ...common,
      TumblingWindowInSeconds: 15,
      FunctionResponseTypes: Match.absent(),
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 23 * 3_600,
    });
  });

  test("reports the first failed record when it has no window", () => {
    windowless.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      ...common,
      TumblingWindowInSeconds: Match.absent(),
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRetryAttempts: 3,
      MaximumRecordAgeInSeconds: 604_800,
    });
  });
});

test("the aggregator has the configured memory", () => {
  const aggregator = { Environment: { Variables: Match.objectLike({ POWERTOOLS_SERVICE_NAME: "aggregator" }) } };
  pipeline.hasResourceProperties("AWS::Lambda::Function", { ...aggregator, MemorySize: 1_024 });
  windowless.hasResourceProperties("AWS::Lambda::Function", { ...aggregator, MemorySize: 1_769 });
});

test("the mapping of bars to the sockets skips what is stale", () => {
  const [, mapping] = resourcesOf(pipeline, "AWS::Lambda::EventSourceMapping");
  expect(mapping!.Properties).toMatchObject({
    BatchSize: 1_000,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: { "Fn::ImportValue": expect.stringContaining("Failures") } } },
    MaximumRecordAgeInSeconds: 60,
    MaximumRetryAttempts: 2,
    StartingPosition: "LATEST",
  });
});

test("no mapping has a consumer of its own unless the configuration says so", () => {
  pipeline.resourceCountIs("AWS::Kinesis::StreamConsumer", 0);
  windowless.resourceCountIs("AWS::Kinesis::StreamConsumer", 1);
  const [ticksMapping, barsMapping] = resourcesOf(windowless, "AWS::Lambda::EventSourceMapping");
  expect(ticksMapping?.Properties["EventSourceArn"]).toEqual({
    "Fn::GetAtt": [expect.stringMatching(/^TicksConsumer/), "ConsumerARN"],
  });
  expect(barsMapping?.Properties["EventSourceArn"]).toEqual({ "Fn::GetAtt": [expect.stringMatching(/^Bars/), "Arn"] });
});

test("the fetcher runs each minute, once", () => {
  pipeline.hasResourceProperties("AWS::Scheduler::Schedule", {
    ScheduleExpression: "rate(1 minute)",
    State: "ENABLED",
    Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
  });
  pipeline.hasResourceProperties("AWS::Lambda::EventInvokeConfig", { MaximumRetryAttempts: 0 });
  pipeline.hasResourceProperties("AWS::Lambda::Function", {
    Timeout: 65,
    Environment: { Variables: Match.objectLike({ POWERTOOLS_SERVICE_NAME: "fetcher" }) },
  });
});

describe("the WebSocket API", () => {
  test("routes by the action in the message", () => {
    pipeline.hasResourceProperties("AWS::ApiGatewayV2::Api", {
      ProtocolType: "WEBSOCKET",
      RouteSelectionExpression: "$request.body.action",
    });
    pipeline.hasResourceProperties("AWS::ApiGatewayV2::Stage", { StageName: "prod", AutoDeploy: true });
    const keys = resourcesOf(pipeline, "AWS::ApiGatewayV2::Route").map(({ Properties }) =>
      String(Properties["RouteKey"]),
    );
    expect(keys.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(["$connect", "$default", "$disconnect", "POST /tickets"]);
  });

  test.each(["Message", "Broadcast", "Heartbeat"])("may be posted to by %s", (name) => {
    pipeline.hasResourceProperties("AWS::IAM::Policy", {
      PolicyName: Match.stringLikeRegexp(name),
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Action: "execute-api:ManageConnections", Effect: "Allow" })]),
      },
    });
  });
});
