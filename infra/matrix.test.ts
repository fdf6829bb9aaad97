import { Stack } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBundles, type Bundles } from "./bundles.fixture.ts";
import { synthesizeChecked } from "./matrix.fixture.ts";
import { addSecurityRules } from "./security-rules.ts";

let bundles: Bundles;

beforeAll(async () => {
  bundles = await openBundles();
});

afterAll(() => bundles[Symbol.asyncDispose]());

test.each([
  { access: "iam", tradesPerSecond: 1_000, fanOut: "none", hasDashboard: true, alarmEmail: "" },
  { access: "public", tradesPerSecond: 2_000_000, fanOut: "both", hasDashboard: false, alarmEmail: "ops@example.com" },
])("passes every check with %j", (settings) => {
  expect(synthesizeChecked(bundles, settings)).toHaveLength(settings.hasDashboard ? 3 : 2);
});

test("fails on a finding that nobody acknowledged", () => {
  const { app } = bundles.app();
  new Bucket(new Stack(app, "Careless"), "Open");
  addSecurityRules(app);
  expect(() => app.synth()).toThrow(/server access logs disabled/);
});
