import { Match, type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, test } from "vitest";
import { openBundles, type Resource } from "../bundles.fixture.ts";

let storage: Template;

beforeAll(async () => {
  await using bundles = await openBundles();
  ({ storage } = bundles.templates());
});

describe("the storage stack", () => {
  test.each([
    ["panes", ["bar", "pane"], true, "Retain"],
    ["checkpoints", ["stream", "shard"], false, "Retain"],
    ["rejected", ["origin", "position"], true, "Retain"],
    ["leases", ["name"], false, "Retain"],
    ["symbols", ["list", "symbol"], false, "Retain"],
    ["connections", ["pk", "sk"], true, "Delete"],
    ["used tickets", ["id"], true, "Delete"],
  ])("keeps the table of %s paid per request and restorable", (_name, keys, hasExpiry, deletion) => {
    const schema = keys.map((name, index) => ({ AttributeName: name, KeyType: index === 0 ? "HASH" : "RANGE" }));
    const [table] = Object.values(storage.findResources("AWS::DynamoDB::Table", { Properties: { KeySchema: schema } }));
    expect(table).toMatchObject({
      DeletionPolicy: deletion,
      UpdateReplacePolicy: deletion,
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    });
    expect((table as Resource).Properties["TimeToLiveSpecification"]).toEqual(
      hasExpiry ? { AttributeName: "expiresAt", Enabled: true } : undefined,
    );
    expect((table as Resource).Properties["TableName"]).toBeUndefined();
  });

  test("keeps failed batches private and encrypted", () => {
    storage.hasResource("AWS::S3::Bucket", {
      DeletionPolicy: "Retain",
      Properties: {
        BucketEncryption: Match.anyValue(),
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
        LifecycleConfiguration: { Rules: [{ ExpirationInDays: 90, Status: "Enabled" }] },
      },
    });
    storage.hasResourceProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: [{ Effect: "Deny", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } }],
      },
    });
  });
});
