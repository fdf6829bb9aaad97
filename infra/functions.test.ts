import { Match, type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, test } from "vitest";
import { readConfig as readAggregatorConfig } from "#lambdas/aggregator/config.ts";
import { readConfig as readFetcherConfig } from "#lambdas/fetcher/config.ts";
import { readConfig as readBroadcastConfig } from "#lambdas/ws-broadcast/config.ts";
import { openBundles, resourcesOf, STAGES, type Stage } from "./bundles.fixture.ts";
import { readConfig } from "./read-config.ts";

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

  test("are started by schedules once", () => {
    for (const { Properties } of resourcesOf(pipeline, "AWS::Scheduler::Schedule"))
      expect(Properties["Target"]).toMatchObject({ RetryPolicy: { MaximumRetryAttempts: 0 } });
  });

  test("carry no secret in their environments", () => {
    for (const { Properties } of resourcesOf(pipeline, "AWS::Lambda::Function"))
      expect(JSON.stringify(variablesOf(Properties))).not.toMatch(/resolve:secretsmanager|resolve:ssm|SecretString/);
  });
});
