import { describe, expect, test } from "vitest";
import { createApplication } from "./application.ts";
import { functionResource, mappingResource, roleResource, streamResource } from "./fixtures/assembly.ts";
import { readFunctions } from "./function-spec.ts";
import { readMappings, type MappingSpec } from "./mapping-spec.ts";

const read = (properties: Readonly<Record<string, unknown>>): readonly MappingSpec[] => {
  const Resources = {
    Role: roleResource,
    Ticks: streamResource(),
    Fold: functionResource("recorder"),
    Old: functionResource("recorder", { Runtime: "python3.14" }),
    Mapping: mappingResource("Ticks", "Fold", properties),
  };
  const assetFolders = new Map([["recorder.zip", "/recorder"]]);
  const application = createApplication([{ name: "One", template: { Resources }, assetFolders }]);
  return readMappings(application, readFunctions(application));
};

describe("a mapping of the template", () => {
  test("has AWS's defaults", () => {
    expect(read({})).toEqual([
      expect.objectContaining({
        streamName: "One-Ticks",
        batchSize: 100,
        maximumBatchingWindowMs: undefined,
        tumblingWindowMs: undefined,
        maximumRetryAttempts: -1,
        maximumRecordAgeMs: undefined,
        bisectBatchOnFunctionError: false,
        reportBatchItemFailures: false,
        onFailureBucket: undefined,
      }),
    ]);
  });

  test("does not run when it is disabled", () => {
    expect(read({ Enabled: false })).toEqual([]);
  });

  test.each([
    [
      { ParallelizationFactor: 2, TumblingWindowInSeconds: 5 },
      "must have a ParallelizationFactor of 1 when it has a tumbling window, had 2",
    ],
    [
      { EventSourceArn: "arn:aws:sqs:us-east-1:1:q" },
      "must read a Kinesis stream of the template, reads arn:aws:sqs:us-east-1:1:q",
    ],
    [{ FilterCriteria: { Filters: [] } }, "must have no FilterCriteria to run locally"],
    [
      { DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:us-east-1:1:q" } } },
      "must have an S3 bucket as its failure destination, had arn:aws:sqs:us-east-1:1:q",
    ],
    [
      { FunctionName: { Ref: "Old" } },
      "Old (AWS::Lambda::Function) must have a Node runtime to run on this machine, had python3.14",
    ],
    [{ FunctionName: "nobody" }, "a function of the template must be called nobody, none is"],
    [{ StartingPosition: "NOW" }, "must have one of AWS's names as StartingPosition, had NOW"],
  ])("rejects %o", (properties, message) => {
    expect(() => read(properties)).toThrow(message);
  });
});
