import { Match, type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, test } from "vitest";
import { readConfig as readAggregatorConfig } from "#lambdas/aggregator/config.ts";
import { readConfig as readFetcherConfig } from "#lambdas/fetcher/config.ts";
import { readConfig as readBroadcastConfig } from "#lambdas/ws-broadcast/config.ts";
import { openBundles, resourcesOf, STAGES, type Stage } from "./bundles.fixture.ts";
import { readConfig } from "./config.ts";

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

let pipeline: Template;
let traced: Template;

beforeAll(async () => {
  await using bundles = await openBundles();
  ({ pipeline } = bundles.templates());
  ({ pipeline: traced } = bundles.templates({ tracing: "xray" }));
});

describe("the functions", () => {
  const functionOf = (stage: Stage): Readonly<Record<string, unknown>> => {
    const functions = resourcesOf(pipeline, "AWS::Lambda::Function").map(({ Properties }) => Properties);
    const found = functions.find((properties) => variablesOf(properties)["POWERTOOLS_SERVICE_NAME"] === stage);
    if (found === undefined) throw new RangeError(`a function must run ${stage}, found none`);
    return found;
  };

  const variablesOf = (properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    (properties["Environment"] as { Variables: Record<string, unknown> }).Variables;

  /** The environment as a function sees it, tokens replaced by text. */
  const environmentOf = (stage: Stage): Record<string, string> =>
    Object.fromEntries(
      Object.entries(variablesOf(functionOf(stage))).map(([name, value]) => [
        name,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );

  test.each(STAGES)("run %s on Node 24 and arm64 with a log group and a role of its own", (stage) => {
    expect(functionOf(stage)).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      LoggingConfig: { LogGroup: { Ref: expect.any(String) } },
      Environment: { Variables: { POWERTOOLS_LOG_LEVEL: "INFO" } },
    });
  });

  test("are sampled by X-Ray where the configuration says so, all of them, and may send what it wants alone", () => {
    pipeline.allResourcesProperties("AWS::Lambda::Function", { TracingConfig: Match.absent() });
    traced.allResourcesProperties("AWS::Lambda::Function", { TracingConfig: { Mode: "Active" } });
    const actions = (template: Template): readonly string[] =>
      resourcesOf(template, "AWS::IAM::Policy").flatMap(({ Properties }) =>
        (Properties["PolicyDocument"] as { Statement: readonly Statement[] }).Statement.flatMap(({ Action }) => Action),
      );
    const before = new Set(actions(pipeline));
    const added = new Set(actions(traced).filter((action) => !before.has(action)));
    expect([...added].toSorted()).toEqual(["xray:PutTelemetryRecords", "xray:PutTraceSegments"]);
  });

  test("are ten, and nothing else runs", () => {
    pipeline.resourceCountIs("AWS::Lambda::Function", 10);
    pipeline.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 30 });
    pipeline.resourceCountIs("AWS::Logs::LogGroup", 10);
    for (const { Properties } of resourcesOf(pipeline, "AWS::IAM::Role")) {
      expect(Properties["ManagedPolicyArns"]).toBeUndefined();
    }
  });

  test("have environments that their stages can read", () => {
    expect(readFetcherConfig(environmentOf("fetcher"))).toMatchObject({
      lanes: 64,
      frameMaxBytes: 25_000,
      lingerMs: 100,
    });
    expect(readAggregatorConfig(environmentOf("aggregator"))).toMatchObject({
      intervals: readConfig({}).intervals,
      clockSkewMs: 10_000,
      ticksRetentionMs: 86_400_000,
    });
    for (const stage of STAGES.filter((name) => name.startsWith("ws-") && name !== "ws-authorizer")) {
      const config = readBroadcastConfig(environmentOf(stage));
      expect(config).toMatchObject({ storedIntervalsMs: [10_000, 60_000], idleMs: 10_000 });
      expect(config.managementEndpoint).toMatch(/https:.*\.execute-api\..*prod/);
    }
  });

  const statementsOf = (policy: { readonly Properties: Readonly<Record<string, unknown>> }) =>
    (policy.Properties["PolicyDocument"] as { Statement: readonly Statement[] }).Statement;

  test("may not do anything to anything", () => {
    for (const policy of resourcesOf(pipeline, "AWS::IAM::Policy")) {
      for (const { Action, Resource: resource } of statementsOf(policy).filter(({ Effect }) => Effect === "Allow")) {
        for (const action of [Action].flat()) expect(action).not.toContain("*");
        expect([resource].flat()).not.toContain("*");
      }
    }
  });

  test("may do nothing at all without TLS", () => {
    const ofFunctions = resourcesOf(pipeline, "AWS::IAM::Policy").filter(
      ({ Properties }) => !String(Properties["PolicyName"]).includes("EachMinute"),
    );
    expect(ofFunctions).toHaveLength(STAGES.length);
    for (const policy of ofFunctions) {
      expect(statementsOf(policy)).toContainEqual({
        Action: "*",
        Effect: "Deny",
        Resource: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
    }
  });

  /** The actions that a function's role allows, by the service. */
  const allowedOf = (name: string): readonly string[] =>
    resourcesOf(pipeline, "AWS::IAM::Policy")
      .filter(({ Properties }) => new RegExp(name).test(String(Properties["PolicyName"])))
      .flatMap(statementsOf)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => Action)
      .filter((action) => !/^logs:(CreateLogStream|PutLogEvents)$/.test(action))
      .toSorted();

  const READ_ROWS = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];
  const PUT_ROWS = ["dynamodb:PutItem", "dynamodb:UpdateItem"];
  const MANAGE = "execute-api:ManageConnections";

  test("may do what their stage does: the fetcher puts frames and holds a lease", () => {
    expect(allowedOf("FetcherFunction")).toEqual(
      [...READ_ROWS, ...PUT_ROWS, "kinesis:DescribeStreamSummary", "kinesis:PutRecords"].toSorted(),
    );
  });

  test("may do what their stage does: the aggregator reads ticks and puts panes, but deletes none", () => {
    expect(allowedOf("AggregatorFunction")).toEqual(
      [
        ...READ_ROWS,
        ...PUT_ROWS,
        "dynamodb:BatchWriteItem",
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
        "kinesis:PutRecords",
        "kinesis:SubscribeToShard",
        "s3:ListBucket",
        "s3:PutObject",
      ].toSorted(),
    );
  });

  test.each([
    ["SocketConnectRole", PUT_ROWS],
    ["SocketDisconnectRole", ["dynamodb:DeleteItem"]],
    ["SocketMessageRole", [...READ_ROWS, ...PUT_ROWS, "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", MANAGE]],
    ["SocketHeartbeatRole", [...READ_ROWS, "dynamodb:DeleteItem", MANAGE]],
  ])("may do what their stage does: %s", (name, actions) => {
    expect(allowedOf(name)).toEqual(actions.toSorted());
  });

  test("may post to sockets, and only who answers a flood may end one", () => {
    const methodsOf = (name: string): readonly string[] =>
      resourcesOf(pipeline, "AWS::IAM::Policy")
        .filter(({ Properties }) => String(Properties["PolicyName"]).startsWith(name))
        .flatMap(statementsOf)
        .filter(({ Action }) => Action === MANAGE)
        .flatMap(({ Resource }) => [...JSON.stringify(Resource).matchAll(/\/prod\/(\w+)\/@connections/g)])
        .map(([, method]) => method!)
        .toSorted();
    expect(methodsOf("SocketMessageRole")).toEqual(["DELETE", "POST"]);
    expect(methodsOf("SocketBroadcastRole")).toEqual(["POST"]);
    expect(methodsOf("SocketHeartbeatRole")).toEqual(["POST"]);
  });

  test("are started by schedules that may start them alone, once", () => {
    for (const name of ["FetcherEachMinute", "SocketEachMinute"])
      expect(allowedOf(name)).toEqual(["lambda:InvokeFunction"]);
    for (const { Properties } of resourcesOf(pipeline, "AWS::Scheduler::Schedule"))
      expect(Properties["Target"]).toMatchObject({ RetryPolicy: { MaximumRetryAttempts: 0 } });
  });

  test("carry no secret in their environments", () => {
    for (const { Properties } of resourcesOf(pipeline, "AWS::Lambda::Function"))
      expect(JSON.stringify(variablesOf(Properties))).not.toMatch(/resolve:secretsmanager|resolve:ssm|SecretString/);
  });

  test("may only put into and list the bucket of failed batches", () => {
    pipeline.hasResourceProperties("AWS::IAM::Policy", {
      PolicyName: Match.stringLikeRegexp("Aggregator"),
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ["s3:ListBucket", "s3:PutObject"],
            Resource: Match.arrayWith([{ "Fn::ImportValue": Match.stringLikeRegexp("Failures") }]),
          }),
        ]),
      },
    });
  });
});
