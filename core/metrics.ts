/** The namespace of the pipeline's own metrics in CloudWatch. */
export const METRICS_NAMESPACE = "Tapestream";

/** CloudWatch's names of units. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export type MetricUnit = "Bytes" | "Count" | "Milliseconds";

/** A metric that a function emits; its one dimension is `service`, the stage's name. */
export interface MetricSpec {
  readonly unit: MetricUnit;
  /** The stage that emits it; `ws-broadcast` is all that posts by itself, the heartbeat too. */
  readonly service: "aggregator" | "fetcher" | "ws-broadcast";
  /** What it says, in words for whoever watches. */
  readonly help: string;
}

/**
 * Every metric that the functions emit themselves, by name. Names are API: alarms, dashboards and other people's queries
 * hang on them. A count's name is what is counted, every other name ends in its unit. A count is what one invocation added.
 */
export const METRICS = {
  TradesSent: { unit: "Count", service: "fetcher", help: "Trades put on the ticks stream" },
  FramesSent: { unit: "Count", service: "fetcher", help: "Frames put on the ticks stream" },

  FramesRead: {
    unit: "Count",
    service: "aggregator",
    help: "Records read, frames and what other producers write, without the frames that had been read before",
  },
  TradesFolded: {
    unit: "Count",
    service: "aggregator",
    help: "Trades folded into panes, neither duplicates nor rejected ones",
  },
  LateTrades: {
    unit: "Count",
    service: "aggregator",
    help: "Trades behind their shard's watermark, folded all the same",
  },
  DuplicateTrades: {
    unit: "Count",
    service: "aggregator",
    help: "Trades of frames that had been folded before, and were not again",
  },
  RejectedTrades: {
    unit: "Count",
    service: "aggregator",
    help: "Records and trades that can be none, set aside",
  },
  IteratorAgeMs: {
    unit: "Milliseconds",
    service: "aggregator",
    help: "How long the oldest record of a batch had been in the ticks stream when its folding began",
  },
  StateBytes: {
    unit: "Bytes",
    service: "aggregator",
    help: "The state that is handed on within an arrival window, before base64",
  },
  LivesEndedEarly: {
    unit: "Count",
    service: "aggregator",
    help: "Lives that ended before their window did, because their state had no more room",
  },

  WindowEndToPushMs: {
    unit: "Milliseconds",
    service: "ws-broadcast",
    help: "From the end of a bar's window to the first message that has the bar whole, its shard being beyond the end",
  },
  SocketPosts: {
    unit: "Count",
    service: "ws-broadcast",
    help: "Updates and heartbeats that the gateway took for sockets",
  },
  GoneConnections: {
    unit: "Count",
    service: "ws-broadcast",
    help: "Connections that turned out to be gone when something was posted, and were forgotten",
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type MetricName = keyof typeof METRICS;
