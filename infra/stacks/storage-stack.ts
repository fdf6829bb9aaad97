import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { OUTPUTS } from "#core/deployment.ts";
import type { TapestreamConfig } from "../config.ts";
import { StoreTable } from "../constructs/store-table.ts";

export interface StorageStackProps {
  readonly config: TapestreamConfig;
}

/** What outlives a deployment of the pipeline: the tables, and the batches that could not be processed. */
export class StorageStack extends Stack {
  readonly panes: StoreTable;
  readonly checkpoints: StoreTable;
  readonly connections: StoreTable;
  readonly tickets: StoreTable;
  readonly rejected: StoreTable;
  readonly leases: StoreTable;
  readonly symbols: StoreTable;
  readonly failures: Bucket;

  constructor(scope: Construct, id: string, { config }: StorageStackProps) {
    super(scope, id, { description: "tapestream: bars, checkpoints and what could not be processed" });
    const removalPolicy = config.dataRemoval === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.panes = new StoreTable(this, "Panes", {
      partitionKey: "bar",
      sortKey: "pane",
      hasExpiry: true,
      removalPolicy,
    });
    // Checkpoints must outlive the panes that they vouch for, so they never expire.
    this.checkpoints = new StoreTable(this, "Checkpoints", {
      partitionKey: "stream",
      sortKey: "shard",
      hasExpiry: false,
      removalPolicy,
    });
    this.rejected = new StoreTable(this, "Rejected", {
      partitionKey: "origin",
      sortKey: "position",
      hasExpiry: true,
      removalPolicy,
    });
    this.leases = new StoreTable(this, "Leases", { partitionKey: "name", hasExpiry: false, removalPolicy });
    this.symbols = new StoreTable(this, "Symbols", {
      partitionKey: "list",
      sortKey: "symbol",
      hasExpiry: false,
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
    new CfnOutput(this, "PanesTableName", { value: this.panes.tableName });
    new CfnOutput(this, "CheckpointsTableName", { value: this.checkpoints.tableName });
    new CfnOutput(this, "RejectedTableName", { value: this.rejected.tableName });
    new CfnOutput(this, "LeasesTableName", { value: this.leases.tableName });
    new CfnOutput(this, "SymbolsTableName", { value: this.symbols.tableName });
    new CfnOutput(this, "ConnectionsTableName", { value: this.connections.tableName });
    new CfnOutput(this, OUTPUTS.failureBucket, { value: this.failures.bucketName });
  }
}
