import { durationMs, epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import type { Application, Resource } from "./application.ts";
import { stableUuid } from "./attributes.ts";
import type { FunctionCatalog, LocalFunction } from "./function-spec.ts";
import { listOf, objectOf, type JsonObject } from "./json.ts";
import { integerProperty, textProperty, unsupported } from "./property.ts";

/** Where a mapping starts to read a shard. */
export type StartingPosition =
  | { readonly type: "TRIM_HORIZON" }
  | { readonly type: "LATEST" }
  | { readonly type: "AT_TIMESTAMP"; readonly timestampMs: EpochMs };

/**
 * An event source mapping from a Kinesis stream to a function, its settings under AWS's names.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 */
export interface MappingSpec {
  /** The mapping's UUID, the same at each start. */
  readonly uuid: string;
  readonly logicalId: string;
  readonly streamName: string;
  readonly streamArn: string;
  readonly fn: LocalFunction;
  readonly startingPosition: StartingPosition;
  readonly batchSize: number;
  /** Undefined: a batch goes as soon as there is a record. */
  readonly maximumBatchingWindowMs: DurationMs | undefined;
  /** Undefined: no windows. */
  readonly tumblingWindowMs: DurationMs | undefined;
  /** -1: until the records are too old. */
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeMs: DurationMs | undefined;
  readonly bisectBatchOnFunctionError: boolean;
  readonly reportBatchItemFailures: boolean;
  /** The bucket of the failure destination. */
  readonly onFailureBucket: string | undefined;
}

/**
 * The enabled mappings of an application.
 *
 * A parallelization factor above 1 is allowed without windows, and then runs as 1: one batch at a time per shard keeps
 * the order that AWS keeps per partition key.
 * @throws PipelineError TAPE_CONFIG_INVALID for a setting that AWS refuses, and for a source, a destination or a filter
 * that is not run here
 */
export const readMappings = (application: Application, functions: FunctionCatalog): readonly MappingSpec[] => {
  const streams = application.resources("AWS::Kinesis::Stream");
  return application
    .resources("AWS::Lambda::EventSourceMapping")
    .filter((mapping) => mapping.properties()["Enabled"] !== false)
    .map((mapping) => readMapping(mapping, streams, functions));
};

/**
 * What AWS takes for a setting, both ends included, and what it takes an absent one for.
 * Source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
const SETTINGS = {
  BatchSize: { least: 1, greatest: 10_000, otherwise: 100 },
  MaximumBatchingWindowInSeconds: { least: 0, greatest: 300, otherwise: 0 },
  MaximumRecordAgeInSeconds: { least: -1, greatest: 604_800, otherwise: -1 },
  MaximumRetryAttempts: { least: -1, greatest: 10_000, otherwise: -1 },
  ParallelizationFactor: { least: 1, greatest: 10, otherwise: 1 },
  TumblingWindowInSeconds: { least: 0, greatest: 900, otherwise: 0 },
} as const;

const MIN_RECORD_AGE_SECONDS = 60;

const settingOf = (mapping: Resource, properties: JsonObject, name: keyof typeof SETTINGS): number => {
  const { least, greatest, otherwise } = SETTINGS[name];
  const value = integerProperty(mapping, properties, name, otherwise);
  if (value >= least && value <= greatest) return value;
  return unsupported(mapping, `must have a ${name} from ${least} to ${greatest}, had ${value}`);
};

const spanOf = (seconds: number): DurationMs | undefined => (seconds > 0 ? durationMs(seconds * 1_000) : undefined);

const recordAgeOf = (mapping: Resource, properties: JsonObject): DurationMs | undefined => {
  const seconds = settingOf(mapping, properties, "MaximumRecordAgeInSeconds");
  if (seconds === -1 || seconds >= MIN_RECORD_AGE_SECONDS) return spanOf(seconds);
  return unsupported(mapping, `must have a MaximumRecordAgeInSeconds of -1 or at least 60, had ${seconds}`);
};

const readMapping = (mapping: Resource, streams: readonly Resource[], functions: FunctionCatalog): MappingSpec => {
  const properties = mapping.properties();
  const source = textProperty(mapping, properties, "EventSourceArn");
  const stream = streams.find(({ arn }) => arn === source);
  if (stream === undefined) return unsupported(mapping, `must read a Kinesis stream of the template, reads ${source}`);
  if (properties["FilterCriteria"] !== undefined)
    return unsupported(mapping, "must have no FilterCriteria to run locally");
  const tumblingWindowMs = spanOf(settingOf(mapping, properties, "TumblingWindowInSeconds"));
  const factor = settingOf(mapping, properties, "ParallelizationFactor");
  if (factor !== 1 && tumblingWindowMs !== undefined)
    return unsupported(mapping, `must have a ParallelizationFactor of 1 when it has a tumbling window, had ${factor}`);
  return {
    uuid: stableUuid(`${mapping.stackName}/${mapping.logicalId}`),
    logicalId: mapping.logicalId,
    streamName: stream.name,
    streamArn: stream.arn,
    fn: functions.find(textProperty(mapping, properties, "FunctionName")),
    startingPosition: startingPositionOf(mapping, properties),
    batchSize: settingOf(mapping, properties, "BatchSize"),
    maximumBatchingWindowMs: spanOf(settingOf(mapping, properties, "MaximumBatchingWindowInSeconds")),
    tumblingWindowMs,
    maximumRetryAttempts: settingOf(mapping, properties, "MaximumRetryAttempts"),
    maximumRecordAgeMs: recordAgeOf(mapping, properties),
    bisectBatchOnFunctionError: properties["BisectBatchOnFunctionError"] === true,
    reportBatchItemFailures: listOf(properties["FunctionResponseTypes"]).includes("ReportBatchItemFailures"),
    onFailureBucket: bucketOf(mapping, properties),
  };
};

const startingPositionOf = (mapping: Resource, properties: JsonObject): StartingPosition => {
  const type = textProperty(mapping, properties, "StartingPosition");
  const seconds = properties["StartingPositionTimestamp"];
  if (type === "TRIM_HORIZON" || type === "LATEST") {
    if (seconds === undefined) return { type };
    return unsupported(mapping, `must have no StartingPositionTimestamp when it starts at ${type}, had one`);
  }
  if (type !== "AT_TIMESTAMP")
    return unsupported(mapping, `must have one of AWS's names as StartingPosition, had ${type}`);
  if (typeof seconds !== "number")
    return unsupported(mapping, "must have a StartingPositionTimestamp in epoch seconds");
  return { type, timestampMs: epochMs(Math.round(seconds * 1_000)) };
};

const bucketOf = (mapping: Resource, properties: JsonObject): string | undefined => {
  const destination = objectOf(objectOf(properties["DestinationConfig"])["OnFailure"])["Destination"];
  if (destination === undefined || destination === "") return undefined;
  const text = typeof destination === "string" ? destination : JSON.stringify(destination);
  const match = /^arn:aws:s3:::([^/]+)$/.exec(text);
  return match?.[1] ?? unsupported(mapping, `must have an S3 bucket as its failure destination, had ${text}`);
};
