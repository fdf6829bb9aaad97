/** What one unit costs, in dollars, and where that was read. */
export interface Price {
  readonly dollars: number;
  /** What one is: `shard-hour`, `million writes`. */
  readonly unit: string;
  readonly source: string;
  /** When the price list was read, or how old the write-up is that quotes it. */
  readonly read: string;
}

/** A price by steps, lowest first: each holds for the units beyond `from`, up to the next. */
export interface TieredPrice extends Omit<Price, "dollars"> {
  readonly steps: readonly { readonly from: number; readonly dollars: number }[];
}

/** Of on-demand prices before tax, free tiers and discounts. What AWS's calculator says holds: https://calculator.aws */
export const PRICES_REGION = "us-east-1";

/** The day of the table: no price in it was read later. */
export const PRICES_DATE = "2026-11-20";

const KINESIS = "https://aws.amazon.com/kinesis/data-streams/pricing/";
const LAMBDA = "https://aws.amazon.com/lambda/pricing/";
const DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const API_GATEWAY = "https://aws.amazon.com/api-gateway/pricing/";
const CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/";
const MSK = "https://aws.amazon.com/msk/pricing/";
const PRICE_LIST = "2026-10-02";
const SECONDARY = "2026, as others quote it";

export const PRICES = {
  shardHour: { dollars: 0.015, unit: "shard-hour", source: KINESIS, read: PRICE_LIST },
  payloadUnits: { dollars: 0.014, unit: "million PUT units", source: KINESIS, read: PRICE_LIST },
  lambdaSeconds: { dollars: 0.0000133334, unit: "GB-second, arm64", source: LAMBDA, read: "2026-09-19" },
  lambdaRequests: { dollars: 0.2, unit: "million invocations", source: LAMBDA, read: "2026-09-19" },
  writes: { dollars: 0.625, unit: "million write units", source: DYNAMODB, read: "2025-07" },
  reads: { dollars: 0.125, unit: "million read units", source: DYNAMODB, read: "2025-07" },
  storage: { dollars: 0.25, unit: "GB-month", source: DYNAMODB, read: "2025-07" },
  restorable: { dollars: 0.2, unit: "GB-month, restorable", source: DYNAMODB, read: SECONDARY },
  connectionMinutes: { dollars: 0.25, unit: "million minutes", source: API_GATEWAY, read: "2026-09-21" },
  logs: { dollars: 0.5, unit: "GB ingested", source: CLOUDWATCH, read: SECONDARY },
  alarmMetric: { dollars: 0.1, unit: "alarm metric", source: CLOUDWATCH, read: SECONDARY },
  ownMetric: { dollars: 0.3, unit: "custom metric", source: CLOUDWATCH, read: SECONDARY },
  board: { dollars: 3, unit: "dashboard", source: CLOUDWATCH, read: SECONDARY },
  secret: {
    dollars: 0.4,
    unit: "secret",
    source: "https://aws.amazon.com/secrets-manager/pricing/",
    read: SECONDARY,
  },
  mskClusterHour: { dollars: 0.75, unit: "cluster-hour", source: MSK, read: PRICE_LIST },
  mskPartitionHour: { dollars: 0.0015, unit: "partition-hour", source: MSK, read: PRICE_LIST },
  mskIn: { dollars: 0.1, unit: "GB in", source: MSK, read: PRICE_LIST },
  mskOut: { dollars: 0.05, unit: "GB out", source: MSK, read: PRICE_LIST },
  mskStorage: { dollars: 0.1, unit: "GB-month", source: MSK, read: PRICE_LIST },
  endpointHour: {
    dollars: 0.01,
    unit: "endpoint-hour of a zone",
    source: "https://aws.amazon.com/privatelink/pricing/",
    read: SECONDARY,
  },
  expressBrokerHour: { dollars: 0.408, unit: "broker-hour", source: MSK, read: SECONDARY },
  expressIn: { dollars: 0.01, unit: "GB in", source: MSK, read: SECONDARY },
  kpuHour: {
    dollars: 0.11,
    unit: "KPU-hour",
    source: "https://docs.aws.amazon.com/managed-flink/latest/java/how-pricing.html",
    read: "2026-11-20",
  },
} as const satisfies Readonly<Record<string, Price>>;

/** A message is metered per 32 KB. */
export const MESSAGES: TieredPrice = {
  steps: [
    { from: 0, dollars: 1 },
    { from: 1_000, dollars: 0.8 },
  ],
  unit: "million messages",
  source: API_GATEWAY,
  read: "2026-09-21",
};

/** From AWS to the internet, the first 100 GB free. */
export const DATA_OUT: TieredPrice = {
  steps: [
    { from: 0, dollars: 0 },
    { from: 100, dollars: 0.09 },
    { from: 10_240, dollars: 0.085 },
    { from: 51_200, dollars: 0.07 },
    { from: 153_600, dollars: 0.05 },
  ],
  unit: "GB out",
  source: "https://aws.amazon.com/ec2/pricing/on-demand/",
  read: SECONDARY,
};
