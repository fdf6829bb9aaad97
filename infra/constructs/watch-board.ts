import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  Stats,
  type IMetric,
  type IWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { Alarms } from "./alarms.ts";
import { MskTicks } from "./msk-ticks.ts";
import {
  functionOf,
  givenUpBatches,
  iteratorAge,
  ownMetric,
  PERIOD,
  refusedByStreams,
  refusedByTables,
  socketMetric,
  ticksAge,
  ticksLag,
  type Watched,
} from "./watched.ts";

export interface WatchBoardProps {
  readonly watched: Watched;
  readonly alarms: Alarms;
}

/** The operator's dashboard in CloudWatch: the alarms, then what comes in, how it is folded, and what goes out. */
export class WatchBoard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { watched, alarms }: WatchBoardProps) {
    super(scope, id);
    this.dashboard = new Dashboard(this, "Dashboard", {
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms.all], width: 24, height: 4 })],
        tradeRow(watched),
        foldRow(watched),
        functionRow(watched),
        socketRow(watched),
        ticketRow(watched),
      ],
    });
  }
}

const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []): IWidget =>
  new GraphWidget({ title, left: [...left], right: [...right], width: 8, height: 6, period: PERIOD });

const tradeRow = ({ ticks, bars }: Watched): IWidget[] => {
  return [
    graph("Trades", [ownMetric("TradesSent"), ownMetric("TradesFolded")]),
    graph("Late, twice, refused", [ownMetric("LateTrades"), ownMetric("DuplicateTrades"), ownMetric("RejectedTrades")]),
    graph("Bytes into the streams", [ticks.bytesIn(PERIOD, "ticks"), bars.bytesIn(PERIOD, "bars")]),
  ];
};

const foldRow = (watched: Watched): IWidget[] => {
  const barsAge = iteratorAge(functionOf(watched, "ws-broadcast"));
  const givenUp = givenUpBatches(watched);
  const refused = [refusedByStreams(watched), refusedByTables(watched)];
  return [
    // Of a topic the aggregator alone tells the age, and Lambda how much waits.
    watched.ticks instanceof MskTicks
      ? graph("How far behind, ms and records", [ticksAge(watched), barsAge], [ticksLag(watched)])
      : graph("How far behind, ms", [ticksAge(watched), barsAge, ownMetric("IteratorAgeMs", Stats.MAXIMUM)]),
    ...(watched.hasArrivalWindows
      ? [graph("State of an arrival window", [ownMetric("StateBytes", Stats.MAXIMUM)], [ownMetric("LivesEndedEarly")])]
      : []),
    givenUp === undefined ? graph("Refused", refused) : graph("Given up and refused", [givenUp, ...refused]),
  ];
};

const functionRow = ({ functions }: Watched): IWidget[] => {
  const each = (name: string, statistic: string): readonly IMetric[] =>
    functions.map((target) => target.metric(name, { statistic, period: PERIOD, label: target.stage }));
  return [
    graph("Duration of functions, p95, ms", each("Duration", Stats.percentile(95))),
    graph("Errors of functions", each("Errors", Stats.SUM)),
    graph("Functions at once", each("ConcurrentExecutions", Stats.MAXIMUM)),
  ];
};

const socketRow = (watched: Watched): IWidget[] => [
  graph("Sockets", [socketMetric(watched, "ConnectCount"), ownMetric("GoneConnections")]),
  graph("Messages", [ownMetric("SocketPosts"), socketMetric(watched, "MessageCount")]),
  graph("From a bar's end to the message that has it whole, ms", [
    ownMetric("WindowEndToPushMs", Stats.percentile(50)),
    ownMetric("WindowEndToPushMs", Stats.percentile(95)),
  ]),
];

const ticketRow = ({ ticketStage }: Watched): IWidget[] => {
  if (ticketStage === undefined) return [];
  const sum = { statistic: Stats.SUM, period: PERIOD };
  return [
    graph("Tickets", [
      ticketStage.metricCount({ ...sum, label: "asked for" }),
      ticketStage.metricClientError({ ...sum, label: "refused" }),
      ticketStage.metricServerError({ ...sum, label: "failed" }),
    ]),
  ];
};
