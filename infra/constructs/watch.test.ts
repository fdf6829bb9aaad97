import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, test } from "vitest";
import { METRICS, METRICS_NAMESPACE } from "#core/metrics.ts";
import { ALARM_METRIC_COUNT } from "#core/plan/cost.ts";
import { openBundles, resourcesOf } from "../bundles.fixture.ts";

let quiet: Template;
let mailed: Template;
let open: Template;
let topic: Template;
let keyspace: Template;

const TICKETS = Match.arrayWith([{ Name: "ApiId", Value: { Ref: Match.stringLikeRegexp("TicketOfficeApi") } }]);

beforeAll(async () => {
  await using bundles = await openBundles();
  ({ pipeline: quiet } = bundles.templates());
  ({ pipeline: open } = bundles.templates({ access: "public" }));
  topic = bundles.pipeline({ stream: "msk", arrivalWindowSeconds: 0 });
  keyspace = bundles.pipeline({ store: "keyspaces", intervals: "1s:1d,10s:7d,1m:400d,5m:400d,1h:400d" });
  ({ pipeline: mailed } = bundles.templates({ alarmEmail: "ops@example.com", monthlyBudgetDollars: 200 }));
});

const descriptionsOf = (template: Template): readonly string[] =>
  resourcesOf(template, "AWS::CloudWatch::Alarm").map(({ Properties }) => String(Properties["AlarmDescription"]));

/** The ids of the alarms, as their logical ids have them. */
const alarmIdsOf = (template: Template): readonly string[] =>
  Object.keys(template.findResources("AWS::CloudWatch::Alarm")).map(
    (id) => /^WatchAlarms(\w+)[0-9A-F]{8}$/.exec(id)![1]!,
  );

const runbooks = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8").split(/^## /m);
const alarmSection = runbooks.find((section) => section.startsWith("Alarms\n")) ?? "";
const sections = alarmSection.split(/^### /m).slice(1);

describe("every alarm", () => {
  test("has its runbook in docs/operations.md, and every runbook its alarm", () => {
    const documented = sections.map((section) => section.split("\n")[0]!);
    expect(documented.toSorted()).toEqual([...new Set([...alarmIdsOf(quiet), ...alarmIdsOf(topic)])].toSorted());
  });

  test("names its runbook where a person reads it", () => {
    const anchors = descriptionsOf(quiet).map((text) => /docs\/operations\.md#(\w+)$/.exec(text)?.[1]);
    expect(anchors).toEqual(alarmIdsOf(quiet).map((id) => id.toLowerCase()));
  });

  test("says in its runbook what it means, what to look at and what to do", () => {
    for (const section of sections)
      expect(section).toMatch(/^\w+\n\n\*\*Means\*\*[^]+\n\n\*\*Look at\*\*[^]+\n\n\*\*Do\*\*[^]+/);
  });

  test("is quiet where nothing happens, but for those that listen for silence", () => {
    const loud = resourcesOf(quiet, "AWS::CloudWatch::Alarm").filter(
      ({ Properties }) => Properties["TreatMissingData"] === "breaching",
    );
    expect(loud.map(({ Properties }) => String(Properties["AlarmDescription"]).split(".")[0])).toEqual([
      "The fetcher has not been started",
      "The heartbeat has not been started",
    ]);
  });

  test("adds up ten metrics at most, as CloudWatch does", () => {
    for (const { Properties } of [quiet, topic, keyspace].flatMap((one) => resourcesOf(one, "AWS::CloudWatch::Alarm")))
      expect(((Properties["Metrics"] ?? []) as readonly unknown[]).length).toBeLessThanOrEqual(11);
  });
});

describe("alarms and the dashboard", () => {
  test("look at metrics that functions emit, under the dimension that they emit them with", () => {
    const text = JSON.stringify([
      ...resourcesOf(quiet, "AWS::CloudWatch::Alarm"),
      ...resourcesOf(quiet, "AWS::CloudWatch::Dashboard"),
    ]).replaceAll("\\", "");
    const asked = [...text.matchAll(new RegExp(`\\["${METRICS_NAMESPACE}","(\\w+)","service","([\\w-]+)"`, "g"))];
    expect(asked.length).toBeGreaterThan(8);
    for (const [, name, service] of asked) expect(METRICS).toMatchObject({ [name!]: { service } });
  });

  test("watch the iterator's age of both streams", () => {
    for (const threshold of [60_000, 30_000, 12 * 3_600_000])
      quiet.hasResourceProperties("AWS::CloudWatch::Alarm", {
        Metrics: [{ MetricStat: { Metric: { MetricName: "IteratorAge" }, Stat: "Maximum" } }],
        Threshold: threshold,
      });
  });

  test("watch what /tickets answers, where tickets are needed", () => {
    for (const [MetricName, Threshold] of [
      ["4xx", 300],
      ["5xx", 5],
    ] as const) {
      quiet.hasResourceProperties("AWS::CloudWatch::Alarm", {
        Metrics: [
          { MetricStat: { Metric: { Namespace: "AWS/ApiGateway", MetricName, Dimensions: TICKETS }, Stat: "Sum" } },
        ],
        Threshold,
      });
      expect(JSON.stringify(resourcesOf(quiet, "AWS::CloudWatch::Dashboard"))).toContain(MetricName);
    }
    expect(alarmIdsOf(open).filter((id) => id.startsWith("Ticket"))).toEqual([]);
  });

  test("watch for batches that were given up, which Lambda counts because it is told so", () => {
    quiet.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      TumblingWindowInSeconds: 15,
      MetricsConfig: { Metrics: ["EventCount"] },
    });
    quiet.hasResourceProperties("AWS::CloudWatch::Alarm", {
      Metrics: [
        {
          MetricStat: {
            Metric: {
              MetricName: "OnFailureDestinationDeliveredEventCount",
              Dimensions: [{ Name: "EventSourceMappingUUID", Value: { Ref: Match.stringLikeRegexp("^Aggregator") } }],
            },
          },
        },
      ],
    });
  });
});

describe("where ticks are in a topic", () => {
  const alarmOf = (id: string) =>
    Object.entries(topic.findResources("AWS::CloudWatch::Alarm")).find(([name]) =>
      name.startsWith(`WatchAlarms${id}`),
    )![1] as { readonly Properties: Readonly<Record<string, unknown>> };

  test("alarms that could never go off are not made, nor paid for", () => {
    const without = (ids: readonly string[], others: readonly string[]) => ids.filter((id) => !others.includes(id));
    expect(without(alarmIdsOf(quiet), alarmIdsOf(topic))).toEqual([
      "FailedBatches",
      "FailedBatchesLost",
      "StateBytes",
      "LivesEndedEarly",
    ]);
    expect(without(alarmIdsOf(topic), alarmIdsOf(quiet))).toEqual(["TicksLag"]);
    const board = JSON.stringify(resourcesOf(topic, "AWS::CloudWatch::Dashboard"));
    for (const name of ["OnFailureDestinationDeliveredEventCount", "StateBytes", "LivesEndedEarly"])
      expect(board).not.toContain(name);
  });

  test("how much waits is watched, for the age of records is told only when some are folded", () => {
    for (const id of ["TicksLag", "TicksNearExpiry"])
      expect(JSON.stringify(alarmOf(id).Properties)).toContain('"MetricName":"OffsetLag"');
    expect(alarmOf("TicksNearExpiry").Properties).toMatchObject({ EvaluationPeriods: 12, DatapointsToAlarm: 12 });
  });

  test("the board draws bytes in the units of streams, and the age of ticks once", () => {
    const board = JSON.stringify(resourcesOf(topic, "AWS::CloudWatch::Dashboard"));
    expect(board).toContain("bytesPerSecond * PERIOD(bytesPerSecond)");
    expect(board.split("IteratorAgeMs")).toHaveLength(2);
  });

  test("the function that makes the topic counts neither as one of the sockets nor of the pipeline", () => {
    for (const id of ["SocketErrors", "SocketThrottles", "PipelineThrottles"])
      expect(JSON.stringify(alarmOf(id))).not.toContain("TicksTopicFunction");
  });
});

test("panes in Keyspaces are watched in all of their tables, writes before reads, as far as ten metrics go", () => {
  const alarm = resourcesOf(keyspace, "AWS::CloudWatch::Alarm").find(({ Properties }) =>
    String(Properties["AlarmDescription"]).endsWith("#storethrottles"),
  );
  const text = JSON.stringify(alarm!.Properties["Metrics"]);
  const asked = text.matchAll(
    /"Value":"(panes_\w+)"[^]+?"MetricName":"(\w+)ThrottleEvents","Namespace":"AWS\/Cassandra"/g,
  );
  expect([...asked].map(([, table, kind]) => `${table} ${kind}`)).toEqual([
    ...["1s", "10s", "1m", "5m", "1h"].map((interval) => `panes_${interval} Write`),
    ...["1s", "10s", "1m"].map((interval) => `panes_${interval} Read`),
  ]);
});

test("alarms of the default settings cost what the plan says", () => {
  const asked = resourcesOf(quiet, "AWS::CloudWatch::Alarm").map(({ Properties }) => {
    const metrics = Properties["Metrics"] as readonly Readonly<Record<string, unknown>>[] | undefined;
    return metrics === undefined ? 1 : metrics.filter((metric) => "MetricStat" in metric).length;
  });
  expect(asked.reduce((sum, count) => sum + count, 0)).toBe(ALARM_METRIC_COUNT);
});

describe("who is told", () => {
  test("is nobody unless the configuration names them", () => {
    quiet.resourceCountIs("AWS::SNS::Topic", 0);
    quiet.resourceCountIs("AWS::Budgets::Budget", 0);
    quiet.allResourcesProperties("AWS::CloudWatch::Alarm", { AlarmActions: Match.absent() });
  });

  test("is mailed of every alarm and its end, through a topic that is encrypted and asks for TLS", () => {
    mailed.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "ops@example.com" });
    mailed.allResourcesProperties("AWS::CloudWatch::Alarm", {
      AlarmActions: [{ Ref: Match.stringLikeRegexp("^WatchTopic") }],
      OKActions: [{ Ref: Match.stringLikeRegexp("^WatchTopic") }],
    });
    mailed.hasResourceProperties("AWS::SNS::Topic", { KmsMasterKeyId: Match.anyValue() });
    mailed.hasResourceProperties("AWS::KMS::Key", { EnableKeyRotation: true });
    mailed.hasResourceProperties("AWS::SNS::TopicPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
          Match.objectLike({
            Effect: "Allow",
            Action: "sns:Publish",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
          }),
        ]),
      },
    });
  });

  test("is mailed of the month's dollars, too", () => {
    mailed.hasResourceProperties("AWS::Budgets::Budget", {
      Budget: { BudgetLimit: { Amount: 200, Unit: "USD" }, TimeUnit: "MONTHLY" },
      NotificationsWithSubscribers: [
        { Notification: { NotificationType: "ACTUAL", Threshold: 80 }, Subscribers: [{ Address: "ops@example.com" }] },
        { Notification: { NotificationType: "FORECASTED", Threshold: 100 } },
      ],
    });
  });
});
