import { METRICS_NAMESPACE } from "./metrics.ts";

/** The stacks, by what they are for; a later one needs those before it. Names are API. */
const STACKS = {
  storage: "TapestreamStorage",
  pipeline: "TapestreamPipeline",
  dashboard: "TapestreamDashboard",
} as const;

/** What the stacks of one stage are called, by what they are for; a later one needs those before it. */
export type StackNames = Readonly<Record<keyof typeof STACKS, string>>;

/** The names of the stacks of a stage, like `Other-TapestreamStorage`; those of the stage without a name, `""`, are bare. */
export const stackNamesOf = (stage: string): StackNames => {
  const front = stage === "" ? "" : `${stage}-`;
  const { storage, pipeline, dashboard } = STACKS;
  return { storage: front + storage, pipeline: front + pipeline, dashboard: front + dashboard };
};

/** The stage that a stack of this name belongs to, undefined where it is none of ours. */
export const stageOfStack = (name: string): string | undefined => {
  const own = Object.values(STACKS).find((stack) => name === stack || name.endsWith(`-${stack}`));
  return own === undefined ? undefined : name.slice(0, -own.length).replace(/-$/, "");
};

/** Where CloudWatch has the metrics of a stage's functions: alarms of stages that shared one would ring for each other. */
export const metricsNamespaceOf = (stage: string): string =>
  stage === "" ? METRICS_NAMESPACE : `${METRICS_NAMESPACE}/${stage}`;

/** What a stage may be called, in words. */
export const STAGE_RULE = "empty, or a letter and up to 19 more letters, digits and hyphens";

/** Whether a stage may be called so: names of resources, which AWS derives from it, have limits of their own. */
export const isStage = (text: string): boolean => /^([A-Za-z]([A-Za-z0-9-]{0,18}[A-Za-z0-9])?)?$/.test(text);

/** Outputs that commands rely on. Names are API. */
export const OUTPUTS = {
  ticksStream: "TicksStreamName",
  /** Of the ticks topic, where MSK has it. */
  ticksPartitions: "TicksPartitions",
  /** Of the bars, where Keyspaces has them. */
  keyspace: "KeyspaceName",
  barsStream: "BarsStreamName",
  ticketsUrl: "TicketsUrl",
  webSocketUrl: "WebSocketUrl",
  dashboardUrl: "DashboardUrl",
  dashboardBucket: "DashboardBucketName",
  dashboardDistribution: "DashboardDistributionId",
  failureBucket: "FailureBucketName",
} as const;
