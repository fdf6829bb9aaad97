import type { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { IGrantable } from "aws-cdk-lib/aws-iam";

/** Rows that functions read and put, in DynamoDB or in Amazon Keyspaces. */
export interface RowStore {
  readonly tableName: string;

  /** Lets `grantee` read rows by key and partitions by query. */
  grantReadRows(grantee: IGrantable): void;

  /** Lets `grantee` read rows by key alone. */
  grantGetRows(grantee: IGrantable): void;

  /** Lets `grantee` read partitions by query alone. */
  grantQuery(grantee: IGrantable): void;

  /** Lets `grantee` put rows one by one. */
  grantPutRows(grantee: IGrantable): void;

  /** Lets `grantee` update rows one by one, which makes those that are not there. */
  grantUpdateRows(grantee: IGrantable): void;

  /** Lets `grantee` put many rows at once, and delete them where DynamoDB has them. */
  grantPutBatches(grantee: IGrantable): void;

  /** What was asked too fast, reads and writes, what matters most first. */
  refusals(period: Duration): readonly IMetric[];
}
