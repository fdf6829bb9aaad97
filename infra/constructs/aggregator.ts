import { Duration } from "aws-cdk-lib";
import { MetricType, StartingPosition } from "aws-cdk-lib/aws-lambda";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { hasFanOut } from "#core/plan/load.ts";
import { durationMs } from "#core/units.ts";
import { environment } from "#lambdas/aggregator/config.ts";
import type { TapestreamConfig } from "../config.ts";
import { enginesOf } from "../engine-checks.ts";
import { FailedBatches } from "./failed-batches.ts";
import { MskTicks } from "./msk-ticks.ts";
import type { RecordStream, StreamEventSourceProps } from "./record-stream.ts";
import type { RowStore } from "./row-store.ts";
import { StageFunction } from "./stage-function.ts";
import { reachOf, type Ticks } from "./ticks.ts";

export interface AggregatorProps {
  readonly config: TapestreamConfig;
  readonly lambdasFolder: string;
  readonly ticks: Ticks;
  readonly bars: RecordStream;
  readonly panes: RowStore;
  readonly checkpoints: RowStore;
  readonly rejected: RowStore;
  readonly symbols: RowStore;
  /** Undefined where DynamoDB has the tables. */
  readonly keyspace: string | undefined;
  readonly failures: Bucket;
}

/** The aggregator and the event source mapping that drives it, one invocation at a time per shard of ticks. */
export class Aggregator extends Construct {
  readonly function: StageFunction;
  /** The mapping's UUID, under which Lambda counts what it gave up; undefined where it gives nothing up. */
  readonly mappingId: string | undefined;

  constructor(scope: Construct, id: string, props: AggregatorProps) {
    super(scope, id);
    const { config, lambdasFolder, ticks, bars, panes, checkpoints, rejected, symbols, failures } = props;
    this.function = new StageFunction(this, "Function", {
      stage: "aggregator",
      engines: enginesOf(config),
      lambdasFolder,
      description: "Folds trades into panes",
      environment: environmentOf(props),
      network: reachOf(ticks)?.network,
      timeout: Duration.seconds(60),
      memoryMiB: config.aggregatorMemoryMiB,
      logLevel: config.logLevel,
      tracing: config.tracing,
    });
    // The mapping's own right to read ticks also serves the refill, which reads the shard from behind the checkpoint.
    if (ticks instanceof MskTicks) ticks.drive(this.function);
    else {
      const mapping = ticks.eventSource(mappingOf(config, failures));
      this.function.addEventSource(mapping);
      this.mappingId = mapping.eventSourceMappingId;
    }
    bars.grantPutRecords(this.function);
    panes.grantGetRows(this.function);
    panes.grantPutRows(this.function);
    checkpoints.grantGetRows(this.function);
    checkpoints.grantPutRows(this.function);
    rejected.grantPutBatches(this.function);
    // What is noted already is read first.
    symbols.grantQuery(this.function);
    symbols.grantPutRows(this.function);
  }
}

const environmentOf = (props: AggregatorProps): Record<string, string> => {
  const { config, ticks, bars, panes, checkpoints, rejected, symbols, keyspace } = props;
  return environment({
    ticksStream: ticks.streamName,
    ticksBrokers: reachOf(ticks)?.brokers,
    barsStream: bars.streamName,
    panesTable: panes.tableName,
    checkpointsTable: checkpoints.tableName,
    rejectedTable: rejected.tableName,
    symbolsTable: symbols.tableName,
    keyspace,
    intervals: config.intervals,
    maxOutOfOrdernessMs: config.maxOutOfOrdernessMs,
    clockSkewMs: config.clockSkewMs,
    rejectedKeepMs: config.rejectedKeep,
    ticksRetentionMs: durationMs(config.ticksRetentionHours * 3_600_000),
  });
};

/**
 * What is malformed never fails a batch; what fails one is a store or a stream that cannot be reached, and that passes.
 * So a batch is tried again until its records are about to expire, and goes to the failure bucket while they can still
 * be read. Giving up sooner would take good trades out of the bars because of an outage.
 *
 * Under a window a batch succeeds or fails whole. Without one it stops at the first failure and reports its position.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 */
const mappingOf = (config: TapestreamConfig, failures: Bucket): StreamEventSourceProps => ({
  hasFanOut: hasFanOut(config.fanOut, "aggregator"),
  startingPosition: StartingPosition.TRIM_HORIZON,
  batchSize: config.batchSize,
  maxBatchingWindow: Duration.seconds(config.batchingWindowSeconds),
  // One: Lambda takes no other value under a window, and records of a shard must be folded in order.
  parallelizationFactor: 1,
  bisectBatchOnError: true,
  retryAttempts: config.retryAttempts,
  maxRecordAge: Duration.hours(Math.min(config.ticksRetentionHours - 1, MAX_RECORD_AGE_HOURS)),
  onFailure: new FailedBatches(failures),
  // Lambda counts the batches that it gives up only when told so.
  metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
  ...(config.arrivalWindowSeconds === 0
    ? { reportBatchItemFailures: true }
    : { tumblingWindow: Duration.seconds(config.arrivalWindowSeconds) }),
});

const MAX_RECORD_AGE_HOURS = 168;
