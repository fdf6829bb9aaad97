import { type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, test } from "vitest";
import { readConfig as readAggregatorConfig } from "#lambdas/aggregator/config.ts";
import { openBundles, resourcesOf } from "../bundles.fixture.ts";

let storage: Template;
let pipeline: Template;

beforeAll(async () => {
  await using bundles = await openBundles();
  ({ storage, pipeline } = bundles.templates({ store: "keyspaces", intervals: "10s:7d,1m:400d" }));
});

const DAY_SECONDS = 86_400;

/** The policy of a function's role. */
const statementsOf = (name: string) =>
  resourcesOf(pipeline, "AWS::IAM::Policy")
    .filter(({ Properties }) => String(Properties["PolicyName"]).startsWith(name))
    .flatMap(
      ({ Properties }) =>
        (Properties["PolicyDocument"] as { Statement: { Effect: string; Action: unknown; Resource: unknown }[] })
          .Statement,
    )
    .filter(({ Effect }) => Effect === "Allow");

describe("bars in Amazon Keyspaces", () => {
  test("are in one keyspace, whose name statements may say without quotes, and stay", () => {
    storage.hasResource("AWS::Cassandra::Keyspace", {
      DeletionPolicy: "Retain",
      Properties: { KeyspaceName: "tapestream" },
    });
    storage.hasOutput("KeyspaceName", { Value: "tapestream" });
  });

  test("are in tables paid per request, restorable and encrypted, that come after the keyspace", () => {
    const tables = resourcesOf(storage, "AWS::Cassandra::Table");
    expect(tables.map(({ Properties }) => Properties["TableName"]).join(" ")).toBe(
      "checkpoints statuses gaps leases symbols rejected redriven panes_10s panes_1m",
    );
    for (const table of tables) {
      expect(table).toMatchObject({
        DeletionPolicy: "Retain",
        DependsOn: [expect.stringMatching(/^BarsKeyspace/)],
        Properties: {
          KeyspaceName: "tapestream",
          BillingMode: { Mode: "ON_DEMAND" },
          PointInTimeRecoveryEnabled: true,
          EncryptionSpecification: { EncryptionType: "AWS_OWNED_KMS_KEY" },
        },
      });
    }
  });

  test("expire two days after they are out of sight, and what vouches for them does not", () => {
    const lives = resourcesOf(storage, "AWS::Cassandra::Table").map(({ Properties }) => [
      Properties["TableName"],
      Properties["DefaultTimeToLive"],
    ]);
    expect(Object.fromEntries(lives)).toEqual({
      checkpoints: undefined,
      statuses: undefined,
      gaps: undefined,
      leases: undefined,
      symbols: undefined,
      redriven: undefined,
      rejected: 32 * DAY_SECONDS,
      panes_10s: 9 * DAY_SECONDS,
      panes_1m: 402 * DAY_SECONDS,
    });
  });

  test("leave connections and tickets in DynamoDB, and nothing else", () => {
    storage.resourceCountIs("AWS::DynamoDB::Table", 2);
  });
});

describe("the functions of a keyspace", () => {
  const functionOf = (stage: string) =>
    resourcesOf(pipeline, "AWS::Lambda::Function").find(
      ({ Properties }) => variablesOf(Properties)["POWERTOOLS_SERVICE_NAME"] === stage,
    )!.Properties;
  const variablesOf = (properties: Readonly<Record<string, unknown>>) =>
    (properties["Environment"] as { Variables: Record<string, string> }).Variables;

  test.each(["fetcher", "aggregator", "ws-message", "ws-heartbeat"])("are told of it: %s", (stage) => {
    expect(variablesOf(functionOf(stage))).toMatchObject({ KEYSPACE: "tapestream" });
  });

  test("have bundles that speak to it, whose configuration they can read", () => {
    const texts = Object.entries(variablesOf(functionOf("aggregator"))).map(([name, value]) => [
      name,
      typeof value === "string" ? value : "token",
    ]);
    expect(readAggregatorConfig(Object.fromEntries(texts))).toMatchObject({
      keyspace: "tapestream",
      checkpointsTable: "checkpoints",
    });
  });

  test("may read and write the tables that they need, and read those of the system", () => {
    const cassandra = statementsOf("AggregatorFunction").filter(({ Action }) =>
      JSON.stringify(Action).includes("cassandra:"),
    );
    const tablesOf = (action: string): readonly string[] =>
      cassandra
        .filter(({ Action }) => [Action].flat().includes(action))
        .flatMap(({ Resource }) => [...JSON.stringify(Resource).matchAll(/:\/keyspace\/([^"]+)"/g)])
        .map(([, path]) => path!)
        .toSorted();
    const own = ["checkpoints", "gaps", "panes_10s", "panes_1m", "rejected", "statuses", "symbols"].map(
      (table) => `tapestream/table/${table}`,
    );
    expect(tablesOf("cassandra:Modify")).toEqual(own);
    expect([...new Set(tablesOf("cassandra:Select"))]).toEqual(["system*", ...own]);
    expect(new Set(cassandra.flatMap(({ Action }) => Action))).toEqual(
      new Set(["cassandra:Modify", "cassandra:Select"]),
    );
  });

  test("that only look may not write", () => {
    expect(JSON.stringify(statementsOf("SocketHeartbeatRole"))).not.toContain("cassandra:Modify");
  });
});
