import { ComparisonOperator, MathExpression, Stats, TreatMissingData, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { MAX_STATE_BYTES } from "#core/plan/state-size.ts";
import type { StageFunction } from "./stage-function.ts";
import {
  functionOf,
  givenUpBatches,
  iteratorAge,
  ownMetric,
  PERIOD,
  pipelineFunctions,
  refusedByStreams,
  refusedByTables,
  socketFunctions,
  socketMetric,
  sumOf,
  ticksAge,
  type Watched,
} from "./watched.ts";

/** One alarm. Its runbook is the section of its id in docs/operations.md. */
export interface AlarmSpec {
  readonly id: string;
  /** What has happened, in a sentence without a full stop. */
  readonly means: string;
  readonly metric: IMetric;
  /** It goes off from here on. */
  readonly threshold: number;
  /** So many of the last `periods` must be bad. */
  readonly badPeriods: number;
  readonly periods: number;
  /** @default at least the threshold */
  readonly comparison?: ComparisonOperator;
  /** @default not breaching: nothing happened */
  readonly missing?: TreatMissingData;
}

const FIVE_MINUTES = { period: PERIOD, statistic: Stats.SUM };
const ONCE = { badPeriods: 1, periods: 1 } as const;
const TWICE = { badPeriods: 2, periods: 3 } as const;

/** All alarms, each with its threshold. */
export const alarmSpecsOf = (watched: Watched): readonly AlarmSpec[] => [
  ...ageAlarms(watched),
  ...errorAlarms(watched),
  ...throttleAlarms(watched),
  ...silenceAlarms(watched),
  ...tradeAlarms(watched),
  ...stateAlarms(),
  ...refusalAlarms(watched),
  ...ticketAlarms(watched),
];

const ageAlarms = (watched: Watched): readonly AlarmSpec[] => [
  {
    id: "TicksIteratorAge",
    means: "Trades wait for a minute and longer before they are folded",
    metric: ticksAge(watched),
    threshold: 60_000,
    badPeriods: 5,
    periods: 5,
  },
  {
    id: "TicksNearExpiry",
    means: "Trades have waited for half of the time that the stream keeps them, and will be lost when it is over",
    metric: ticksAge(watched),
    threshold: watched.ticksRetention.toMilliseconds() / 2,
    ...ONCE,
  },
  {
    id: "BarsIteratorAge",
    means: "Updates of bars wait for half a minute and longer before they are sent",
    metric: iteratorAge(functionOf(watched, "ws-broadcast")),
    threshold: 30_000,
    badPeriods: 5,
    periods: 5,
  },
  {
    id: "LateBars",
    means: "One bar in twenty is first sent whole half a minute or more after its end",
    metric: ownMetric("WindowEndToPushMs", Stats.percentile(95)),
    threshold: 30_000,
    badPeriods: 3,
    periods: 3,
  },
];

const errorAlarms = (watched: Watched): readonly AlarmSpec[] => [
  {
    id: "AggregatorErrors",
    means: "The aggregator keeps failing",
    metric: functionOf(watched, "aggregator").metricErrors(FIVE_MINUTES),
    threshold: 1,
    ...TWICE,
  },
  {
    id: "FetcherErrors",
    means: "Most runs of the fetcher fail",
    metric: functionOf(watched, "fetcher").metricErrors(FIVE_MINUTES),
    threshold: 3,
    ...ONCE,
  },
  {
    id: "SocketErrors",
    means: "Functions behind the sockets keep failing",
    metric: sumOf(
      socketFunctions(watched).map((target) => target.metricErrors(FIVE_MINUTES)),
      "errors",
    ),
    threshold: 5,
    ...TWICE,
  },
];

const throttleAlarms = (watched: Watched): readonly AlarmSpec[] => {
  const throttlesOf = (functions: readonly StageFunction[]): IMetric =>
    sumOf(
      functions.map((target) => target.metricThrottles(FIVE_MINUTES)),
      "throttles",
    );
  return [
    {
      id: "PipelineThrottles",
      means: "Lambda has no room to run the fetcher or the aggregator",
      metric: throttlesOf(pipelineFunctions(watched)),
      threshold: 1,
      ...TWICE,
    },
    {
      id: "SocketThrottles",
      means: "Lambda has no room to run the functions behind the sockets",
      metric: throttlesOf(socketFunctions(watched)),
      threshold: 1,
      ...TWICE,
    },
  ];
};

const silenceAlarms = (watched: Watched): readonly AlarmSpec[] => {
  const silent = (id: string, what: string, stage: string): AlarmSpec => ({
    id,
    means: `${what} has not been started`,
    metric: functionOf(watched, stage).metricInvocations(FIVE_MINUTES),
    threshold: 1,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    missing: TreatMissingData.BREACHING,
    ...ONCE,
  });
  return [
    silent("FetcherSilent", "The fetcher", "fetcher"),
    silent("HeartbeatSilent", "The heartbeat", "ws-heartbeat"),
  ];
};

const tradeAlarms = (watched: Watched): readonly AlarmSpec[] => [
  {
    id: "FailedBatches",
    means: "Trades were given up and lie in the failure bucket; bars lack them until they are put back",
    metric: givenUpBatches(watched),
    threshold: 1,
    ...ONCE,
  },
  {
    id: "FailedBatchesLost",
    means: "Trades were given up and could not be put into the failure bucket",
    metric: functionOf(watched, "aggregator").metric("DestinationDeliveryFailures", {
      statistic: Stats.SUM,
      period: PERIOD,
    }),
    threshold: 1,
    ...ONCE,
  },
  {
    id: "RejectedTrades",
    means: "One trade in a hundred or more is refused",
    metric: new MathExpression({
      expression: "100 * FILL(rejected, 0) / (FILL(rejected, 0) + FILL(folded, 0))",
      usingMetrics: { rejected: ownMetric("RejectedTrades"), folded: ownMetric("TradesFolded") },
      period: PERIOD,
      label: "% rejected",
    }),
    threshold: 1,
    badPeriods: 3,
    periods: 3,
  },
];

const stateAlarms = (): readonly AlarmSpec[] => [
  {
    id: "StateBytes",
    means: "The state of an arrival window is nearly as large as it may be",
    metric: ownMetric("StateBytes", Stats.MAXIMUM),
    threshold: 0.9 * MAX_STATE_BYTES,
    ...ONCE,
  },
  {
    id: "LivesEndedEarly",
    means: "The state of an arrival window had no more room, so panes were written before the window's end",
    metric: ownMetric("LivesEndedEarly"),
    threshold: 1,
    ...TWICE,
  },
];

const refusalAlarms = (watched: Watched): readonly AlarmSpec[] => [
  {
    id: "StreamThrottles",
    means: "A shard is full and refuses records",
    metric: refusedByStreams(watched),
    threshold: 1,
    ...TWICE,
  },
  {
    id: "StoreThrottles",
    means: "DynamoDB refuses requests to the panes or the connections",
    metric: refusedByTables(watched),
    threshold: 1,
    ...TWICE,
  },
  {
    id: "ConnectionErrors",
    means: "The WebSocket API cannot hand on what clients send",
    metric: sumOf(
      ["IntegrationError", "ExecutionError"].map((name) => socketMetric(watched, name)),
      "errors",
    ),
    threshold: 5,
    ...TWICE,
  },
];

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
const ticketAlarms = ({ ticketStage }: Watched): readonly AlarmSpec[] =>
  ticketStage === undefined
    ? []
    : [
        {
          id: "TicketsRefused",
          means: "Every second somebody is refused a ticket: one client may be taking all there are",
          metric: ticketStage.metricClientError({ ...FIVE_MINUTES, label: "refused" }),
          threshold: 300,
          ...TWICE,
        },
        {
          id: "TicketErrors",
          means: "Tickets cannot be handed out, and nobody new can connect",
          metric: ticketStage.metricServerError({ ...FIVE_MINUTES, label: "failed" }),
          threshold: 5,
          ...TWICE,
        },
      ];
