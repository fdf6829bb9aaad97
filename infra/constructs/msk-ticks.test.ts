import { Match, type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, test } from "vitest";
import { readConfig as readAggregatorConfig } from "#lambdas/aggregator/config.ts";
import { readConfig as readFetcherConfig } from "#lambdas/fetcher/config.ts";
import { readConfig as readTopicConfig } from "#lambdas/ticks/topic-config.ts";
import { openBundles, resourcesOf } from "../bundles.fixture.ts";

let dynamo: Template;
let keyspaces: Template;

beforeAll(async () => {
  await using bundles = await openBundles();
  const settings = { stream: "msk", arrivalWindowSeconds: 0, shards: 6, ticksRetentionHours: 48, tracing: "xray" };
  ({ pipeline: dynamo } = bundles.templates(settings));
  ({ pipeline: keyspaces } = bundles.templates({ ...settings, store: "keyspaces" }));
});

type Properties = Readonly<Record<string, unknown>>;

const functionOf = (stage: string): Properties =>
  resourcesOf(dynamo, "AWS::Lambda::Function")
    .map(({ Properties: properties }) => properties)
    .find((properties) => variablesOf(properties)["POWERTOOLS_SERVICE_NAME"] === stage)!;

const variablesOf = (properties: Properties): Record<string, string> => {
  const { Variables = {} } = (properties["Environment"] ?? {}) as { Variables?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(Variables).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
};

describe("the cluster", () => {
  test("is serverless, entered by IAM alone, and goes with its stack", () => {
    dynamo.hasResource("AWS::MSK::ServerlessCluster", {
      DeletionPolicy: Match.absent(),
      Properties: {
        ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
        VpcConfigs: [{ SubnetIds: [Match.anyValue(), Match.anyValue()], SecurityGroups: [Match.anyValue()] }],
      },
    });
  });

  test("has a network without a way out or in, but to the services that are asked", () => {
    for (const type of ["InternetGateway", "NatGateway", "EIP"]) dynamo.resourceCountIs(`AWS::EC2::${type}`, 0);
    const endpointsOf = (template: Template): readonly string[] =>
      resourcesOf(template, "AWS::EC2::VPCEndpoint")
        .map(({ Properties: { ServiceName } }) => /\.(\w[\w-]*)"?(\]\])?}?$/.exec(JSON.stringify(ServiceName))![1]!)
        .toSorted();
    expect(endpointsOf(dynamo)).toEqual(["dynamodb", "kinesis-streams", "lambda", "sts"]);
    expect(endpointsOf(keyspaces)).toEqual(["cassandra", "kinesis-streams", "lambda", "sts"]);
  });

  test("is reached from inside its own group, by the ports that are needed", () => {
    const rules = resourcesOf(keyspaces, "AWS::EC2::SecurityGroupIngress").map(({ Properties: rule }) => rule);
    expect(rules.map(({ FromPort }) => FromPort)).toEqual([9_098, 443, 9_142]);
    for (const rule of rules) expect(rule["SourceSecurityGroupId"]).toEqual(rule["GroupId"]);
    expect(JSON.stringify(resourcesOf(dynamo, "AWS::EC2::SecurityGroup"))).not.toContain("SecurityGroupIngress");
  });
});

describe("the mapping of the topic", () => {
  test("reads from the start, has neither windows nor a destination, and so gives nothing up", () => {
    const mapping = resourcesOf(dynamo, "AWS::Lambda::EventSourceMapping").find(
      ({ Properties: { Topics } }) => Topics !== undefined,
    );
    expect(mapping!.Properties).toEqual({
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: "tapestream-aggregators" },
      BatchSize: 10_000,
      EventSourceArn: { "Fn::GetAtt": [expect.stringMatching(/^TicksCluster/), "Arn"] },
      FunctionName: { Ref: expect.stringMatching(/^AggregatorFunction/) },
      MaximumBatchingWindowInSeconds: 1,
      StartingPosition: "TRIM_HORIZON",
      Topics: ["ticks"],
    });
  });

  test("waits for the topic, which waits for the brokers' names and for a network that lets them be reached", () => {
    const mappings = Object.values(dynamo.findResources("AWS::Lambda::EventSourceMapping")) as {
      DependsOn?: string[];
      Properties: Properties;
    }[];
    const mapping = mappings.find(({ Properties: { Topics } }) => Topics !== undefined);
    const [made] = Object.values(dynamo.findResources("Custom::Trigger")) as { DependsOn?: string[] }[];
    for (const kind of ["Insidefrom", "Lambda", "Sts"])
      expect(made!.DependsOn).toContainEqual(expect.stringMatching(new RegExp(`^TicksNetwork${kind}`)));
    expect(mapping!.DependsOn).toContainEqual(expect.stringMatching(/^TicksTopicMade/));
    expect(variablesOf(functionOf("ticks-topic"))["TICKS_BROKERS"]).toContain("BootstrapBrokerStringSaslIam");
  });
});

describe("the functions of a topic", () => {
  test("are inside the network, and the others are not", () => {
    for (const stage of ["fetcher", "aggregator", "ticks-topic"])
      expect(functionOf(stage)["VpcConfig"]).toMatchObject({ SubnetIds: [expect.anything(), expect.anything()] });
    for (const stage of ["ws-message", "ws-broadcast", "ws-heartbeat"])
      expect(functionOf(stage)["VpcConfig"]).toBeUndefined();
  });

  test("are told of it in words that they can read", () => {
    const brokers = { ticksStream: "ticks", ticksBrokers: expect.stringContaining("Bootstrap") as string };
    expect(readAggregatorConfig(variablesOf(functionOf("aggregator")))).toMatchObject(brokers);
    expect(readFetcherConfig(variablesOf(functionOf("fetcher")))).toMatchObject(brokers);
    expect(readTopicConfig(variablesOf(functionOf("ticks-topic")))).toMatchObject({
      ...brokers,
      ticksPartitions: 6,
      ticksRetentionMs: 48 * 3_600_000,
    });
  });

  test("are traced where all are", () => {
    expect(functionOf("ticks-topic")["TracingConfig"]).toEqual({ Mode: "Active" });
  });

  const actionsOf = (template: Template, name: string): readonly string[] =>
    resourcesOf(template, "AWS::IAM::Policy")
      .filter(({ Properties: { PolicyName } }) => String(PolicyName).startsWith(name))
      .flatMap(
        ({ Properties: { PolicyDocument } }) =>
          (PolicyDocument as { Statement: { Action: string | string[]; Resource: unknown }[] }).Statement,
      )
      .flatMap(({ Action }) => Action)
      .toSorted();

  const clusterActionsOf = (name: string): readonly string[] =>
    actionsOf(dynamo, name).flatMap((action) => /^kafka-cluster:(.+)$/.exec(action)?.[1] ?? []);

  test("may do with it what their stage does: one writes, one reads, one makes it", () => {
    const texts = ["FetcherFunction", "AggregatorFunction", "TicksTopicFunction"].map((name) =>
      clusterActionsOf(name).join(" "),
    );
    expect(texts).toEqual([
      "Connect DescribeTopic WriteData WriteDataIdempotently",
      "AlterGroup Connect DescribeClusterDynamicConfiguration DescribeGroup DescribeTopic ReadData",
      "AlterTopic AlterTopicDynamicConfiguration Connect CreateTopic DescribeTopic DescribeTopicDynamicConfiguration",
    ]);
  });

  test("let Keyspaces see its endpoint in the network where they ask it, and tell the driver of all its addresses", () => {
    const seeing = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcEndpoints"];
    const seenBy = (template: Template): readonly string[] =>
      ["FetcherFunction", "AggregatorFunction", "TicksTopicFunction"].filter((name) =>
        seeing.every((action) => actionsOf(template, name).includes(action)),
      );
    expect(seenBy(keyspaces)).toEqual(["FetcherFunction", "AggregatorFunction"]);
    expect(seenBy(dynamo)).toEqual([]);
  });
});

test("the stream of updates stays a Kinesis stream, the only one", () => {
  dynamo.resourceCountIs("AWS::Kinesis::Stream", 1);
});

test("how old ticks are is told by the aggregator, for the mapping of a topic does not", () => {
  dynamo.hasResourceProperties("AWS::CloudWatch::Alarm", {
    AlarmDescription: Match.stringLikeRegexp("#ticksiteratorage$"),
    Metrics: [
      Match.objectLike({ MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName: "IteratorAgeMs" }) }) }),
    ],
  });
});
