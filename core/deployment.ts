/** The stacks, by what they are for; a later one needs those before it. Names are API. */
export const STACKS = {
  storage: "TapestreamStorage",
  pipeline: "TapestreamPipeline",
  dashboard: "TapestreamDashboard",
} as const;

/** Outputs that commands rely on. Names are API. */
export const OUTPUTS = {
  ticksStream: "TicksStreamName",
  /** Of the ticks topic, where MSK has it. */
  ticksPartitions: "TicksPartitions",
  barsStream: "BarsStreamName",
  ticketsUrl: "TicketsUrl",
  webSocketUrl: "WebSocketUrl",
  dashboardUrl: "DashboardUrl",
  dashboardBucket: "DashboardBucketName",
  dashboardDistribution: "DashboardDistributionId",
  failureBucket: "FailureBucketName",
} as const;
