import { lineOf, type BillLine } from "./bill.ts";
import { MONTH_HOURS } from "./load.ts";
import { PRICES } from "./prices.ts";

/** Of Lambda, STS and Kinesis, in two zones: see infra/constructs/closed-network.ts. That of DynamoDB costs nothing. */
const ENDPOINTS = 3;
const ZONES = 2;

/** What stands by of MSK. */
export interface MskStanding {
  readonly partitions: number;
  /** Whether bars are in Keyspaces, which takes one endpoint more. */
  readonly hasKeyspaces: boolean;
}

/** What MSK Serverless and its network cost in a month in which nothing is sent: it cannot be paused. */
export const mskStandingLines = ({ partitions, hasKeyspaces }: MskStanding): readonly BillLine[] => {
  const endpoints = ENDPOINTS + (hasKeyspaces ? 1 : 0);
  return [
    lineOf("MSK Serverless: cluster", MONTH_HOURS, PRICES.mskClusterHour),
    lineOf("MSK Serverless: partitions", partitions * MONTH_HOURS, PRICES.mskPartitionHour),
    lineOf("MSK's network: endpoints", endpoints * ZONES * MONTH_HOURS, PRICES.endpointHour),
  ];
};

/** What frames cost that come in and go out once. */
export const mskDataLines = (gigabytes: number): readonly BillLine[] => [
  lineOf("MSK Serverless: data in", gigabytes, PRICES.mskIn),
  lineOf("MSK Serverless: data out", gigabytes, PRICES.mskOut),
];
