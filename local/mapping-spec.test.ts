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

  test("takes each setting to both ends of its range", () => {
    const least = {
      BatchSize: 1,
      MaximumBatchingWindowInSeconds: 0,
      MaximumRecordAgeInSeconds: 60,
      MaximumRetryAttempts: -1,
      ParallelizationFactor: 1,
      TumblingWindowInSeconds: 0,
    };
    const greatest = {
      BatchSize: 10_000,
      MaximumBatchingWindowInSeconds: 300,
      MaximumRecordAgeInSeconds: 604_800,
      MaximumRetryAttempts: 10_000,
      TumblingWindowInSeconds: 900,
    };
    expect(read(least)).toMatchObject([{ batchSize: 1, maximumRecordAgeMs: 60_000, tumblingWindowMs: undefined }]);
    expect(read(greatest)).toMatchObject([
      { batchSize: 10_000, maximumBatchingWindowMs: 300_000, tumblingWindowMs: 900_000, maximumRetryAttempts: 10_000 },
    ]);
    expect(read({ ParallelizationFactor: 10, MaximumRecordAgeInSeconds: -1 })).toMatchObject([
      { maximumRecordAgeMs: undefined },
    ]);
  });

  test.each([
    ["BatchSize", 0, "from 1 to 10000"],
    ["BatchSize", 10_001, "from 1 to 10000"],
    ["MaximumBatchingWindowInSeconds", -1, "from 0 to 300"],
    ["MaximumBatchingWindowInSeconds", 301, "from 0 to 300"],
    ["MaximumRecordAgeInSeconds", -2, "from -1 to 604800"],
    ["MaximumRecordAgeInSeconds", 0, "of -1 or at least 60"],
    ["MaximumRecordAgeInSeconds", 59, "of -1 or at least 60"],
    ["MaximumRecordAgeInSeconds", 604_801, "from -1 to 604800"],
    ["MaximumRetryAttempts", -2, "from -1 to 10000"],
    ["MaximumRetryAttempts", 10_001, "from -1 to 10000"],
    ["ParallelizationFactor", 0, "from 1 to 10"],
    ["ParallelizationFactor", 11, "from 1 to 10"],
    ["TumblingWindowInSeconds", -1, "from 0 to 900"],
    ["TumblingWindowInSeconds", 901, "from 0 to 900"],
  ])("rejects a setting out of range: %s %d", (name, value, range) => {
    expect(() => read({ [name]: value })).toThrow(`must have a ${name} ${range}, had ${value}`);
  });

  test("rejects a parallelization factor under a window", () => {
    expect(() => read({ ParallelizationFactor: 2, TumblingWindowInSeconds: 5 })).toThrow(
      "must have a ParallelizationFactor of 1 when it has a tumbling window, had 2",
    );
  });

  test("rejects a timestamp without AT_TIMESTAMP, and the reverse", () => {
    expect(() => read({ StartingPosition: "AT_TIMESTAMP" })).toThrow("must have a StartingPositionTimestamp");
    expect(() => read({ StartingPosition: "LATEST", StartingPositionTimestamp: 1 })).toThrow(
      "must have no StartingPositionTimestamp when it starts at LATEST, had one",
    );
  });

  test("does not run when it is disabled", () => {
    expect(read({ Enabled: false })).toEqual([]);
  });

  test.each([
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
