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

const [STORAGE, PIPELINE, DASHBOARD] = ["TapestreamStorage", "TapestreamPipeline", "TapestreamDashboard"];

test("the app passes every check as it is", () => {
  expect(synthesizeChecked(bundles, {})).toEqual([STORAGE, PIPELINE, DASHBOARD]);
}, 60_000);

test("the app passes every check where all is otherwise", () => {
  const settings = { access: "public", tradesPerSecond: 2_000_000, fanOut: "both", hasDashboard: false };
  const watched = { alarmEmail: "ops@example.com", tracing: "xray" };
  expect(synthesizeChecked(bundles, { ...settings, ...watched })).toEqual([STORAGE, PIPELINE]);
}, 60_000);

test("the app passes every check with bars in Keyspaces and ticks in MSK", () => {
  const settings = { store: "keyspaces", stream: "msk", arrivalWindowSeconds: 0 };
  expect(synthesizeChecked(bundles, settings)).toEqual([STORAGE, PIPELINE, DASHBOARD]);
}, 60_000);

test("the synthesis fails on a finding that nobody acknowledged", () => {
  const { app } = bundles.app();
  new Bucket(new Stack(app, "Careless"), "Open");
  addSecurityRules(app);
  expect(() => app.synth()).toThrow(/server access logs disabled/);
}, 60_000);
