import { Duration } from "aws-cdk-lib";
import { MathExpression, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { MAX_STATE_BYTES } from "#core/plan/state-size.ts";
import { ONCE, TWICE, type AlarmSpec } from "./alarm-spec.ts";
import { MskTicks } from "./msk-ticks.ts";
import {
  functionOf,
  givenUpBatches,
  iteratorAge,
  ownMetric,
  PERIOD,
  ticksAge,
  ticksLag,
  type Watched,
} from "./watched.ts";

/** Those that tell of trades, or of their bars, that come late. */
export const ageAlarms = (watched: Watched): readonly AlarmSpec[] => [
  {
    id: "TicksIteratorAge",
    means: "Trades wait for a minute and longer before they are folded",
    metric: ticksAge(watched),
    threshold: 60_000,
    badPeriods: 5,
    periods: 5,
  },
  ...(watched.ticks instanceof MskTicks ? lagAlarms(watched, watched.ticks) : [nearExpiry(watched)]),
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

const nearExpiry = (watched: Watched): AlarmSpec => ({
  id: "TicksNearExpiry",
  means: "Trades have waited for half of the time that the stream keeps them, and will be lost when it is over",
  metric: ticksAge(watched),
  threshold: watched.ticksRetention.toMilliseconds() / 2,
  ...ONCE,
});

/**
 * Where nothing tells the age of a topic's records as long as batches fail: how many of them wait, and for how many hours
 * that has been so.
 */
const lagAlarms = (watched: Watched, { framesPerMinute }: MskTicks): readonly AlarmSpec[] => {
  const hours = Math.min(Math.floor(watched.ticksRetention.toHours() / 2), DAY_HOURS);
  return [
    {
      id: "TicksLag",
      means: "More records wait to be folded than come in a minute",
      metric: ticksLag(watched),
      threshold: framesPerMinute,
      badPeriods: 5,
      periods: 5,
    },
    {
      id: "TicksNearExpiry",
      means: `Records have waited for ${hours} hours, and trades will be lost when the topic's time is over`,
      metric: ticksLag(watched).with({ statistic: Stats.MINIMUM, period: Duration.hours(1) }),
      threshold: framesPerMinute,
      badPeriods: hours,
      periods: hours,
    },
  ];
};

const DAY_HOURS = 24;

/** Those that tell of trades that are in no bar. */
export const tradeAlarms = (watched: Watched): readonly AlarmSpec[] => [
  ...givenUpAlarms(watched),
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

const givenUpAlarms = (watched: Watched): readonly AlarmSpec[] => {
  const givenUp = givenUpBatches(watched);
  if (givenUp === undefined) return [];
  return [
    {
      id: "FailedBatches",
      means: "Trades were given up and lie in the failure bucket; bars lack them until they are put back",
      metric: givenUp,
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
  ];
};

/** Those of the state that arrival windows hand on. */
export const stateAlarms = ({ hasArrivalWindows }: Watched): readonly AlarmSpec[] =>
  hasArrivalWindows
    ? [
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
      ]
    : [];
