import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openBundles, STAGES } from "./bundles.fixture.ts";
import { rightsOf, rightsTable, type PlainTemplate, type Right } from "./rights.ts";

const LOG = ["logs:CreateLogStream", "logs:PutLogEvents"];
const READ = ["dynamodb:BatchGetItem", "dynamodb:Query"];
const QUERY = ["dynamodb:Query"];
const GET = ["dynamodb:BatchGetItem"];
const PUT = ["dynamodb:PutItem"];
const UPDATE = ["dynamodb:UpdateItem"];
const DELETE = ["dynamodb:DeleteItem"];
const BATCH = ["dynamodb:BatchWriteItem"];
const SET_ASIDE = ["s3:ListBucket", "s3:PutObject"];
const SEND = ["execute-api:ManageConnections"];
const START = ["lambda:InvokeFunction"];
const UNSEAL = ["secretsmanager:GetSecretValue"];
/** Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html */
const POLL = ["DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"]
  .concat("SubscribeToShard")
  .map((action) => `kinesis:${action}`);
/** Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html */
const ROTATE = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"].map(
  (action) => `secretsmanager:${action}`,
);

/** Who may do what to what, of the default stack, but for its own log. */
// oxfmt-ignore
const RIGHTS: readonly (readonly [who: string, what: string, actions: readonly string[]])[] = [
  ["aggregator",               "bucket failures",               SET_ASIDE],
  ["aggregator",               "objects of bucket failures",    SET_ASIDE],
  ["aggregator",               "stream bars",                   ["kinesis:PutRecords"]],
  ["aggregator",               "stream ticks",                  POLL],
  ["aggregator",               "table checkpoints",             [...GET, ...PUT]],
  ["aggregator",               "table panes",                   [...GET, ...PUT]],
  ["aggregator",               "table rejected",                BATCH],
  ["aggregator",               "table symbols",                 [...QUERY, ...PUT]],
  ["each minute fetcher",      "function fetcher",              START],
  ["each minute ws-heartbeat", "function ws-heartbeat",         START],
  ["fetcher",                  "stream ticks",                  ["kinesis:DescribeStreamSummary", "kinesis:PutRecords"]],
  ["fetcher",                  "table checkpoints",             QUERY],
  ["fetcher",                  "table leases",                  [...GET, ...UPDATE]],
  ["ticket-rotation",          "the secret that seals tickets", ROTATE],
  ["tickets",                  "the secret that seals tickets", UNSEAL],
  ["ws-authorizer",            "table tickets",                 ["dynamodb:PutItem"]],
  ["ws-authorizer",            "the secret that seals tickets", UNSEAL],
  ["ws-broadcast",             "any connection, by POST",       SEND],
  ["ws-broadcast",             "bucket failures",               SET_ASIDE],
  ["ws-broadcast",             "objects of bucket failures",    SET_ASIDE],
  ["ws-broadcast",             "stream bars",                   POLL],
  ["ws-broadcast",             "table connections",             [...QUERY, ...DELETE]],
  ["ws-connect",               "table connections",             UPDATE],
  ["ws-disconnect",            "table connections",             DELETE],
  ["ws-heartbeat",             "any connection, by POST",       SEND],
  ["ws-heartbeat",             "table checkpoints",             QUERY],
  ["ws-heartbeat",             "table connections",             [...QUERY, ...DELETE]],
  ["ws-heartbeat",             "table leases",                  GET],
  ["ws-message",               "any connection, by DELETE",     SEND],
  ["ws-message",               "any connection, by POST",       SEND],
  ["ws-message",               "table checkpoints",             QUERY],
  ["ws-message",               "table connections",             [...GET, ...UPDATE, ...DELETE]],
  ["ws-message",               "table leases",                  GET],
  ["ws-message",               "table panes",                   QUERY],
  ["ws-message",               "table symbols",                 [...READ, ...BATCH]],
];

let pipeline: PlainTemplate;
let rights: readonly Right[];

beforeAll(async () => {
  await using bundles = await openBundles();
  const templates = bundles.templates();
  pipeline = templates.pipeline.toJSON() as PlainTemplate;
  rights = rightsOf(pipeline, templates.storage.toJSON() as PlainTemplate);
});

describe("the rights of the default stack", () => {
  test("are these, and no others", () => {
    const beside = rights.filter(({ who, what }) => what !== `log of ${who}`);
    expect(beside.map(({ who, what, actions }) => [who, what, actions])).toEqual(
      RIGHTS.map(([who, what, actions]) => [who, what, actions.toSorted()]),
    );
  });

  test("let each function write its own log", () => {
    const logs = rights.filter(({ who, what }) => what === `log of ${who}`);
    expect(logs.map(({ who, actions }) => [who, actions])).toEqual([...STAGES].toSorted().map((stage) => [stage, LOG]));
  });

  test("are all that its roles have", () => {
    const roles = Object.values(pipeline.Resources).filter(({ Type }) => Type === "AWS::IAM::Role");
    expect(new Set(rights.map(({ who }) => who)).size).toBe(roles.length);
    for (const { Properties } of roles) {
      expect(Properties["Policies"]).toBeUndefined();
      expect(Properties["ManagedPolicyArns"]).toBeUndefined();
    }
  });

  test("stand in docs/security.md", async () => {
    const page = readFileSync(join(import.meta.dirname, "../docs/security.md"), "utf8");
    const [before, after] = [page.split("<!-- rights -->")[0]!, page.split("<!-- end of rights -->")[1]!];
    const table = rightsTable(rights.filter(({ who, what }) => what !== `log of ${who}`));
    const whole = `${before}<!-- rights -->\n<!-- prettier-ignore -->\n${table}\n\n<!-- end of rights -->${after}`;
    await expect(whole).toMatchFileSnapshot("../docs/security.md");
  });
});
