import { Duration, Lazy } from "aws-cdk-lib";
import type { HttpStage, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
import { MathExpression, Metric, Stats, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { METRICS, type MetricName } from "#core/metrics.ts";
import { MskTicks } from "./msk-ticks.ts";
import { RecordStream } from "./record-stream.ts";
import type { RowStore } from "./row-store.ts";
import { metricsNamespaceIn, type StageFunction } from "./stage-function.ts";
import type { Ticks } from "./ticks.ts";

/** What alarms and the dashboard look at. */
export interface Watched {
  /** All functions, each by its stage's name. */
  readonly functions: readonly StageFunction[];
  readonly ticks: Ticks;
  readonly ticksRetention: Duration;
  readonly bars: RecordStream;
  readonly panes: RowStore;
  readonly connections: RowStore;
  readonly socketStage: WebSocketStage;
  /** Where tickets are handed out, undefined where nobody needs any. */
  readonly ticketStage: HttpStage | undefined;
  /** The UUID of the mapping of ticks to the aggregator, undefined where it gives no batch up. */
  readonly ticksMappingId: string | undefined;
  /** Whether state is handed on from batch to batch. */
  readonly hasArrivalWindows: boolean;
}

/** What graphs and most alarms add up. */
export const PERIOD = Duration.minutes(5);

const MINUTE = Duration.minutes(1);

/** The function that runs `stage`. */
export const functionOf = ({ functions }: Watched, stage: string): StageFunction => {
  const found = functions.find((candidate) => candidate.stage === stage);
  if (found === undefined) throw new RangeError(`a function must run ${stage}, found none`);
  return found;
};

/** Those that bring trades into bars. */
export const pipelineFunctions = ({ functions }: Watched): readonly StageFunction[] =>
  functions.filter(({ stage }) => PIPELINE_STAGES.has(stage));

/** Those that answer sockets and feed them. */
export const socketFunctions = ({ functions }: Watched): readonly StageFunction[] =>
  functions.filter(({ stage }) => !PIPELINE_STAGES.has(stage) && !DEPLOYMENT_STAGES.has(stage));

const PIPELINE_STAGES: ReadonlySet<string> = new Set(["fetcher", "aggregator"]);

/** Those that a deployment runs, and waits for: it fails when they do. */
const DEPLOYMENT_STAGES: ReadonlySet<string> = new Set(["ticks-topic"]);

/** A metric that a function of the same stage emits itself. */
export const ownMetric = (name: MetricName, statistic: string = Stats.SUM): Metric =>
  new Metric({
    namespace: Lazy.uncachedString({ produce: ({ scope }) => metricsNamespaceIn(scope) }),
    metricName: name,
    dimensionsMap: { service: METRICS[name].service },
    statistic,
    period: PERIOD,
    label: name,
  });

/** How old the oldest record of a batch was, the worst of a minute. */
export const iteratorAge = (of: StageFunction): Metric =>
  of.metric("IteratorAge", { statistic: Stats.MAXIMUM, period: MINUTE, label: of.stage });

/**
 * How old ticks are when they are folded. Lambda tells it of a stream, whether batches succeed or not. Of a topic it does
 * not, and so the aggregator does, of batches that it has folded: where they all fail, see {@link ticksLag}.
 */
export const ticksAge = (watched: Watched): Metric =>
  watched.ticks instanceof MskTicks
    ? ownMetric("IteratorAgeMs", Stats.MAXIMUM).with({ period: MINUTE, label: "aggregator" })
    : iteratorAge(functionOf(watched, "aggregator"));

/**
 * How many records of the topic are not folded yet, the most of a minute. Lambda tells it of all partitions together,
 * whether batches succeed or not.
 * Source: https://aws.amazon.com/blogs/compute/offset-lag-metric-for-amazon-msk-as-an-event-source-for-lambda/
 */
export const ticksLag = (watched: Watched): Metric =>
  functionOf(watched, "aggregator").metric("OffsetLag", {
    statistic: Stats.MAXIMUM,
    period: MINUTE,
    label: "records not folded",
  });

/** What the WebSocket API counts of itself. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
export const socketMetric = ({ socketStage }: Watched, name: string): Metric =>
  new Metric({
    namespace: "AWS/ApiGateway",
    metricName: name,
    dimensionsMap: { ApiId: socketStage.api.apiId, Stage: socketStage.stageName },
    statistic: Stats.SUM,
    period: PERIOD,
    label: name,
  });

/**
 * What the mapping of ticks put into the failure bucket, undefined where it gives nothing up.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html (event source mapping metrics)
 */
export const givenUpBatches = ({ ticksMappingId }: Watched): Metric | undefined =>
  ticksMappingId === undefined
    ? undefined
    : new Metric({
        namespace: "AWS/Lambda",
        metricName: "OnFailureDestinationDeliveredEventCount",
        dimensionsMap: { EventSourceMappingUUID: ticksMappingId },
        statistic: Stats.SUM,
        period: PERIOD,
        label: "records given up",
      });

/** What streams refused because a shard was full. */
export const refusedByStreams = ({ ticks, bars }: Watched): IMetric =>
  sumOf(
    // A serverless cluster counts nothing like it.
    [ticks, bars]
      .filter((stream) => stream instanceof RecordStream)
      .map((stream) => stream.metric("WriteProvisionedThroughputExceeded", { statistic: Stats.SUM, period: PERIOD })),
    "records refused",
  );

/**
 * What the tables refused that trades and sockets wait for. Of panes in Keyspaces, which have a table for each stored
 * interval, as many as can be added up: reads of the last intervals may be left out.
 */
export const refusedByTables = ({ panes, connections }: Watched): IMetric =>
  sumOf([connections, panes].flatMap((table) => table.refusals(PERIOD)).slice(0, MOST_ADDED), "requests refused");

/** CloudWatch's limit for an alarm. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const MOST_ADDED = 10;

/** The sum of metrics, of which absent ones count as nothing; ten at most. */
export const sumOf = (metrics: readonly IMetric[], label: string): IMetric => {
  // A graph shares its ids among all its expressions.
  const names = metrics.map((_, index) => `${label.replaceAll(" ", "")}${index}`);
  return new MathExpression({
    expression: `SUM([${names.map((name) => `FILL(${name}, 0)`).join(", ")}])`,
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [names[index]!, metric])),
    period: PERIOD,
    label,
  });
};
