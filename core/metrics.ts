/** The namespace of the pipeline's own metrics in CloudWatch. */
export const METRICS_NAMESPACE = "Tapestream";

/** CloudWatch's names of units. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export type MetricUnit = "Bytes" | "Count" | "Milliseconds";

/** A metric that a function emits; its one dimension is `service`, the stage's name. */
export interface MetricSpec {
  readonly unit: MetricUnit;
  /** The stage that emits it. */
  readonly service: "aggregator" | "fetcher" | "ws-broadcast" | "ws-heartbeat";
}

/**
 * Every metric that the functions emit themselves, by name. Names are API: alarms, dashboards and other people's queries
 * hang on them. A count's name is what is counted, every other name ends in its unit.
 */
export const METRICS = {
  /** Trades put on the ticks stream. */
  TradesSent: { unit: "Count", service: "fetcher" },
  /** Frames put on the ticks stream. */
  FramesSent: { unit: "Count", service: "fetcher" },

  /** Frames folded. */
  FramesRead: { unit: "Count", service: "aggregator" },
  /** Trades folded into panes; neither duplicates nor rejected ones. */
  TradesFolded: { unit: "Count", service: "aggregator" },
  /** Trades behind their shard's watermark, folded all the same. */
  LateTrades: { unit: "Count", service: "aggregator" },
  /** Trades that had been folded before, and were not again. */
  DuplicateTrades: { unit: "Count", service: "aggregator" },
  /** Records and trades that can be none, set aside. */
  RejectedTrades: { unit: "Count", service: "aggregator" },
  /** How long the oldest record of a batch had been in the ticks stream. */
  IteratorAgeMs: { unit: "Milliseconds", service: "aggregator" },
  /** The state that is handed on within an arrival window, before base64. */
  StateBytes: { unit: "Bytes", service: "aggregator" },
  /** Lives that ended before their window did, because their state had no more room. */
  LivesEndedEarly: { unit: "Count", service: "aggregator" },

  /** From the end of a bar's window to the first message that has the bar as a final one. */
  WindowEndToPushMs: { unit: "Milliseconds", service: "ws-broadcast" },
  /** Messages posted to sockets. */
  SocketPosts: { unit: "Count", service: "ws-broadcast" },
  /** Connections that turned out to be gone, and were forgotten. */
  GoneConnections: { unit: "Count", service: "ws-broadcast" },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type MetricName = keyof typeof METRICS;
