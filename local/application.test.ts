import { describe, expect, test } from "vitest";
import { createApplication, type Application } from "./application.ts";
import type { StackTemplate } from "./assembly.ts";

const stack = (name: string, template: Readonly<Record<string, unknown>>): StackTemplate => ({
  name,
  template,
  assetFolders: new Map(),
});

const stream = { Type: "AWS::Kinesis::Stream", Properties: {} };
const table = { Type: "AWS::DynamoDB::Table", Properties: { TableName: "things" } };

/** The app's outputs, where `One` has a stream, a table and the given template parts and `Two` imports. */
const outputs = (
  values: Readonly<Record<string, unknown>>,
  parts: Readonly<Record<string, unknown>> = {},
): Application =>
  createApplication([
    stack("One", {
      Resources: { Ticks: stream, Things: table },
      Outputs: Object.fromEntries(Object.entries(values).map(([id, Value]) => [id, { Value }])),
      ...parts,
    }),
    stack("Two", {
      Resources: {},
      Outputs: { Arn: { Value: { "Fn::GetAtt": ["Ticks", "Arn"] }, Export: { Name: "unused" } } },
    }),
  ]);

const resolved = (value: unknown, parts: Readonly<Record<string, unknown>> = {}): string | undefined =>
  outputs({ Asked: value }, parts).outputs[0]?.value();

describe("an application", () => {
  test.each([
    ["Ref of a resource", { Ref: "Ticks" }, "One-Ticks"],
    ["Ref of a named resource", { Ref: "Things" }, "things"],
    ["Ref of a pseudo parameter", { Ref: "AWS::Region" }, "us-east-1"],
    [
      "Fn::GetAtt as a list",
      { "Fn::GetAtt": ["Ticks", "Arn"] },
      "arn:aws:kinesis:us-east-1:123456789012:stream/One-Ticks",
    ],
    ["Fn::GetAtt as text", { "Fn::GetAtt": "Things.Arn" }, "arn:aws:dynamodb:us-east-1:123456789012:table/things"],
    ["Fn::Join", { "Fn::Join": ["/", ["a", { Ref: "Things" }, { "Fn::Join": ["", ["b", "c"]] }]] }, "a/things/bc"],
    [
      "Fn::Sub",
      { "Fn::Sub": "${AWS::AccountId}:${Things.Arn}:${!kept}" },
      "123456789012:arn:aws:dynamodb:us-east-1:123456789012:table/things:${kept}",
    ],
    ["Fn::Sub with variables", { "Fn::Sub": ["${name}-${Things}", { name: { Ref: "Ticks" } }] }, "One-Ticks-things"],
    [
      "Fn::Select of Fn::Split",
      { "Fn::Select": [5, { "Fn::Split": [":", { "Fn::GetAtt": ["Ticks", "Arn"] }] }] },
      "stream/One-Ticks",
    ],
  ])("resolves %s", (_, value, text) => {
    expect(resolved(value)).toBe(text);
  });

  test("follows conditions, and leaves out what comes to AWS::NoValue", () => {
    const parts = {
      Conditions: {
        IsHere: { "Fn::Or": [{ "Fn::Equals": [{ Ref: "AWS::Region" }, "us-east-1"] }, { "Fn::Equals": ["a", "b"] }] },
        IsAway: { "Fn::Not": [{ Condition: "IsHere" }] },
      },
    };
    expect(resolved({ "Fn::If": ["IsHere", "here", "away"] }, parts)).toBe("here");
    expect(resolved({ "Fn::If": ["IsAway", "away", "here"] }, parts)).toBe("here");
    expect(resolved({ "Fn::Join": ["", ["a", { "Fn::If": ["IsAway", "b", { Ref: "AWS::NoValue" }] }]] }, parts)).toBe(
      "a",
    );
  });

  test("leaves out the resources whose condition does not hold", () => {
    const app = createApplication([
      stack("One", {
        Conditions: { Never: { "Fn::Equals": [1, 2] } },
        Resources: { Ticks: stream, Ghost: { ...stream, Condition: "Never" } },
      }),
    ]);
    expect(app.resources("AWS::Kinesis::Stream").map(({ name }) => name)).toEqual(["One-Ticks"]);
  });

  test("resolves what one stack imports from another", () => {
    const app = createApplication([
      stack("Two", { Resources: {}, Outputs: { Copy: { Value: { "Fn::ImportValue": "One:Name" } } } }),
      stack("One", {
        Resources: { Ticks: stream },
        Outputs: { Name: { Value: { Ref: "Ticks" }, Export: { Name: "One:Name" } } },
      }),
    ]);
    expect(app.outputs[0]?.value()).toBe("One-Ticks");
  });

  test("gives an overlong name a hash, the same at each start", () => {
    const long = "L".repeat(200);
    const names = [1, 2].map(
      () => createApplication([stack("One", { Resources: { [long]: stream } })]).resources(stream.Type)[0]?.name,
    );
    expect(names[0]).toHaveLength(128);
    expect(names[0]).toBe(names[1]);
  });

  test.each([
    ["an unknown resource", { Ref: "Nothing" }, "One must have a resource Nothing, because it refers to it"],
    [
      "an unknown export",
      { "Fn::ImportValue": "No" },
      "Fn::ImportValue must name an export of one of the stacks, named No",
    ],
    [
      "an unknown attribute",
      { "Fn::GetAtt": ["Ticks", "Colour"] },
      "an attribute must be known on this machine, but One asks for Colour of Ticks (AWS::Kinesis::Stream)",
    ],
    ["an unknown intrinsic", { "Fn::Cidr": [] }, 'Fn::Cidr is not run locally, but {"Fn::Cidr":[]} asks for it'],
    [
      "a parameter from SSM",
      { Ref: "BootstrapVersion" },
      "a parameter must have a value on this machine, but One refers to BootstrapVersion",
    ],
  ])("rejects %s in one sentence", (_, value, message) => {
    const Parameters = { BootstrapVersion: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/cdk/version" } };
    expect(() => resolved(value, { Parameters })).toThrow(message);
  });
});
