import { ComparisonOperator, TreatMissingData, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { FIVE_MINUTES, ONCE, TWICE, type AlarmSpec } from "./alarm-spec.ts";
import type { StageFunction } from "./stage-function.ts";
import { ageAlarms, stateAlarms, tradeAlarms } from "./trade-alarms.ts";
import {
  functionOf,
  pipelineFunctions,
  refusedByStreams,
  refusedByTables,
  socketFunctions,
  socketMetric,
  sumOf,
  type Watched,
} from "./watched.ts";

/** All alarms, each with its threshold. */
export const alarmSpecsOf = (watched: Watched): readonly AlarmSpec[] => [
  ...ageAlarms(watched),
  ...errorAlarms(watched),
  ...throttleAlarms(watched),
  ...silenceAlarms(watched),
  ...tradeAlarms(watched),
  ...stateAlarms(watched),
  ...refusalAlarms(watched),
  ...ticketAlarms(watched),
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
    means: "A store refuses requests to the panes or the connections",
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
