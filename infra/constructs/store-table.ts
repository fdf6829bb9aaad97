import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Stats, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { AttributeType, BillingMode, Table } from "aws-cdk-lib/aws-dynamodb";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { RowStore } from "./row-store.ts";

export interface StoreTableProps {
  /** Name of the partition key, a text. */
  readonly partitionKey: string;
  /** Name of the sort key, a text. @default no sort key */
  readonly sortKey?: string;
  /** Whether rows leave at the time in their `expiresAt`, in epoch seconds. */
  readonly hasExpiry: boolean;
  readonly removalPolicy: RemovalPolicy;
}

/** The attribute that says when a row may go. */
export const EXPIRY_ATTRIBUTE = "expiresAt";

/** A DynamoDB table paid per request, restorable to any second of the last 35 days, encrypted by a key that AWS owns. */
export class StoreTable extends Table implements RowStore {
  constructor(scope: Construct, id: string, props: StoreTableProps) {
    super(scope, id, {
      partitionKey: { name: props.partitionKey, type: AttributeType.STRING },
      ...(props.sortKey === undefined ? {} : { sortKey: { name: props.sortKey, type: AttributeType.STRING } }),
      ...(props.hasExpiry ? { timeToLiveAttribute: EXPIRY_ATTRIBUTE } : {}),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.removalPolicy,
    });
  }

  /** Lets `grantee` read rows by key and partitions by query, but not scan the table. */
  grantReadRows(grantee: IGrantable): void {
    this.grant(grantee, "dynamodb:BatchGetItem", "dynamodb:Query");
  }

  /** Lets `grantee` put rows one by one, but neither update nor delete any. */
  grantPutRows(grantee: IGrantable): void {
    this.grant(grantee, "dynamodb:PutItem");
  }

  /** Lets `grantee` read rows by key alone. */
  grantGetRows(grantee: IGrantable): void {
    this.grant(grantee, "dynamodb:BatchGetItem");
  }

  /** Lets `grantee` read partitions by query alone. */
  grantQuery(grantee: IGrantable): void {
    this.grant(grantee, "dynamodb:Query");
  }

  /** Lets `grantee` update rows one by one, which makes those that are not there. */
  grantUpdateRows(grantee: IGrantable): void {
    this.grant(grantee, "dynamodb:UpdateItem");
  }

  /** Lets `grantee` put and delete rows, many at once. */
  grantPutBatches(grantee: IGrantable): void {
    this.grant(grantee, "dynamodb:BatchWriteItem");
  }

  /** What was asked too fast, reads and writes. */
  refusals(period: Duration): readonly IMetric[] {
    return ["ReadThrottleEvents", "WriteThrottleEvents"].map((name) =>
      this.metric(name, { statistic: Stats.SUM, period }),
    );
  }

  /** Lets `grantee` delete rows one by one. */
  grantDeleteRows(grantee: IGrantable): void {
    this.grant(grantee, "dynamodb:DeleteItem");
  }
}
