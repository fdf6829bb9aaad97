import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { OUTPUTS } from "#core/deployment.ts";
import type { TapestreamConfig } from "../config.ts";
import { BarKeyspace } from "../constructs/bar-keyspace.ts";
import { BarTables, type BarStores } from "../constructs/bar-tables.ts";
import { StoreTable } from "../constructs/store-table.ts";

export interface StorageStackProps {
  readonly config: TapestreamConfig;
}

/** What outlives a deployment of the pipeline: the tables, and the batches that could not be processed. */
export class StorageStack extends Stack {
  /** What bars are and what they are folded from. */
  readonly bars: BarStores;
  readonly connections: StoreTable;
  readonly tickets: StoreTable;
  readonly failures: Bucket;

  constructor(scope: Construct, id: string, { config }: StorageStackProps) {
    super(scope, id, { description: "tapestream: bars, checkpoints and what could not be processed" });
    const removalPolicy = config.dataRemoval === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.bars =
      config.store === "dynamodb"
        ? new BarTables(this, removalPolicy)
        : new BarKeyspace(this, "Bars", {
            keyspaceName: keyspaceNameOf(this.stackName),
            intervals: config.intervals,
            rejectedKeepMs: config.rejectedKeep,
            removalPolicy,
          });
    // Sockets do not survive their API, and no more do the rows on them.
    this.connections = new StoreTable(this, "Connections", {
      partitionKey: "pk",
      sortKey: "sk",
      hasExpiry: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A ticket is of use for a minute. The table is there even where nobody needs it, for free, so that access can be switched.
    this.tickets = new StoreTable(this, "Tickets", {
      partitionKey: "id",
      hasExpiry: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.failures = new Bucket(this, "Failures", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(90) }],
      removalPolicy,
    });
    Validations.of(this.failures).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "Lambda alone writes to it, and an alarm tells of each batch; whoever reads it is in CloudTrail when the account records that",
    });
    this.#writeOutputs();
  }

  #writeOutputs(): void {
    const { keyspaceName, panes, checkpoints, rejected, leases, symbols } = this.bars;
    if (keyspaceName === undefined) {
      new CfnOutput(this, "PanesTableName", { value: panes.tableName });
      new CfnOutput(this, "CheckpointsTableName", { value: checkpoints.tableName });
      new CfnOutput(this, "RejectedTableName", { value: rejected.tableName });
      new CfnOutput(this, "LeasesTableName", { value: leases.tableName });
      new CfnOutput(this, "SymbolsTableName", { value: symbols.tableName });
    } else new CfnOutput(this, OUTPUTS.keyspace, { value: keyspaceName });
    new CfnOutput(this, "ConnectionsTableName", { value: this.connections.tableName });
    new CfnOutput(this, OUTPUTS.failureBucket, { value: this.failures.bucketName });
  }
}

/** `tapestream` of TapestreamStorage, `beta_tapestream` of beta-TapestreamStorage: what statements may say without quotes. */
const keyspaceNameOf = (stackName: string): string =>
  stackName
    .replace(/Storage$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "_")
    .slice(-MAX_KEYSPACE_NAME)
    .replace(/^[^a-z]+/, "");

const MAX_KEYSPACE_NAME = 48;
