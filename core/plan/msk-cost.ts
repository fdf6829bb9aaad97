import { lineOf, type BillLine } from "./bill.ts";
import { MONTH_HOURS } from "./load.ts";
import { PRICES } from "./prices.ts";

/** Endpoints of the network that is around a cluster, in two zones: see infra/constructs/closed-network.ts. */
const ENDPOINTS = 3;
const ZONES = 2;

/** What MSK Serverless and its network cost in a month in which nothing is sent: it cannot be paused. */
export const mskStandingLines = (partitions: number): readonly BillLine[] => [
  lineOf("MSK Serverless: cluster", MONTH_HOURS, PRICES.mskClusterHour),
  lineOf("MSK Serverless: partitions", partitions * MONTH_HOURS, PRICES.mskPartitionHour),
  lineOf("MSK's network: endpoints", ENDPOINTS * ZONES * MONTH_HOURS, PRICES.endpointHour),
];

/** What frames cost that come in and go out once. */
export const mskDataLines = (gigabytes: number): readonly BillLine[] => [
  lineOf("MSK Serverless: data in", gigabytes, PRICES.mskIn),
  lineOf("MSK Serverless: data out", gigabytes, PRICES.mskOut),
];
