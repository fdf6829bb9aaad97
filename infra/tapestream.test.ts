import { join } from "node:path";
import { App, Stack, type CfnResource } from "aws-cdk-lib";
import type { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBundles, type Bundles } from "./bundles.fixture.ts";
import { readConfig } from "./read-config.ts";
import { addTapestream, type Tapestream } from "./tapestream.ts";

let bundles: Bundles;

beforeAll(async () => {
  bundles = await openBundles();
});

afterAll(() => bundles[Symbol.asyncDispose]());

test("the outputs have ids to rely on", () => {
  const { storage, pipeline, dashboard } = bundles.templates();
  const namesOf = (template: Template): readonly string[] =>
    Object.keys(template.findOutputs("*")).filter((name) => !name.startsWith("Exports"));
  expect(namesOf(storage).toSorted()).toEqual([
    "CheckpointsTableName",
    "ConnectionsTableName",
    "FailureBucketName",
    "LeasesTableName",
    "PanesTableName",
    "RejectedTableName",
    "SymbolsTableName",
  ]);
  expect(namesOf(pipeline).toSorted()).toEqual([
    "BarsStreamName",
    "FetcherFunctionName",
    "TicketSecretArn",
    "TicketsUrl",
    "TicksStreamName",
    "WatchBoardName",
    "WebSocketUrl",
  ]);
  expect(namesOf(dashboard).toSorted()).toEqual(["DashboardBucketName", "DashboardDistributionId", "DashboardUrl"]);
});

test("stages live side by side: each has stacks of its own name, and takes in no other's outputs", () => {
  const namesOf = ({ storage, pipeline, dashboard }: Tapestream): readonly (string | undefined)[] =>
    [storage, pipeline, dashboard].map((stack) => stack?.stackName);
  expect(namesOf(bundles.app().stacks)).toEqual(["TapestreamStorage", "TapestreamPipeline", "TapestreamDashboard"]);
  expect(namesOf(bundles.app({ stage: "Other" }).stacks)).toEqual([
    "Other-TapestreamStorage",
    "Other-TapestreamPipeline",
    "Other-TapestreamDashboard",
  ]);
  const { pipeline, dashboard } = bundles.templates({ stage: "Other" });
  const text = JSON.stringify([pipeline.toJSON(), dashboard.toJSON()]);
  expect(text).toContain('"POWERTOOLS_METRICS_NAMESPACE":"Tapestream/Other"');
  expect(text).toContain('"Namespace":"Tapestream/Other"');
  expect(text).toContain('\\"Tapestream/Other\\",\\"TradesFolded\\"');
  expect(text).not.toMatch(/\\?"Tapestream\\?"/);
  const imports = [...text.matchAll(/"Fn::ImportValue":"([^:"]+):/g)].map(([, stack]) => stack);
  expect(new Set(imports)).toEqual(new Set(["Other-TapestreamStorage", "Other-TapestreamPipeline"]));
});

describe("synthesis", () => {
  test("fails without a bundle, naming it and the command that builds it", () => {
    const lambdasFolder = join(bundles.folder, "nothing");
    const app = new App({ outdir: join(bundles.folder, "none") });
    expect(() => addTapestream(app, { config: readConfig({}), lambdasFolder })).toThrow(
      expect.objectContaining({
        code: "TAPE_FILE_UNREADABLE",
        message: `the bundle of fetcher must be at ${lambdasFolder}/fetcher/index.mjs, found nothing there: run "npm run build" first`,
      }),
    );
  });

  test("fails on a property that CloudFormation does not know", () => {
    const { app, stacks } = bundles.app();
    const stream = Stack.of(stacks.pipeline).node.findChild("Ticks").node.defaultChild as CfnResource;
    stream.addPropertyOverride("Shards", 2);
    expect(() => app.synth()).toThrow("Additional properties are not allowed ('Shards' was unexpected)");
  }, 60_000);
});
