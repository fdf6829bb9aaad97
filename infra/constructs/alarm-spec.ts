import { Stats, type ComparisonOperator, type IMetric, type TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { PERIOD } from "./watched.ts";

/** One alarm. Its runbook is the section of its id in docs/operations.md. */
export interface AlarmSpec {
  readonly id: string;
  /** What has happened, in a sentence without a full stop. */
  readonly means: string;
  readonly metric: IMetric;
  /** It goes off from here on. */
  readonly threshold: number;
  /** So many of the last `periods` must be bad. */
  readonly badPeriods: number;
  readonly periods: number;
  /** @default at least the threshold */
  readonly comparison?: ComparisonOperator;
  /** @default not breaching: nothing happened */
  readonly missing?: TreatMissingData;
}

/** What is added up over {@link PERIOD}. */
export const FIVE_MINUTES = { period: PERIOD, statistic: Stats.SUM };
/** Goes off at the first bad period. */
export const ONCE = { badPeriods: 1, periods: 1 } as const;
/** Goes off when it was bad again. */
export const TWICE = { badPeriods: 2, periods: 3 } as const;
