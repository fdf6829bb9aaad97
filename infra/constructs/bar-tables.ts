import type { RemovalPolicy } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { RowStore } from "./row-store.ts";
import { StoreTable } from "./store-table.ts";

/** What bars are and what they are folded from. */
export interface BarStores {
  /** Undefined where DynamoDB has them. */
  readonly keyspaceName: string | undefined;
  readonly panes: RowStore;
  readonly checkpoints: RowStore;
  readonly rejected: RowStore;
  readonly leases: RowStore;
  readonly symbols: RowStore;
}

/** Bars in tables of DynamoDB, which are children of the stack that they are made in. */
export class BarTables implements BarStores {
  readonly keyspaceName = undefined;
  readonly panes: RowStore;
  readonly checkpoints: RowStore;
  readonly rejected: RowStore;
  readonly leases: RowStore;
  readonly symbols: RowStore;

  constructor(scope: Construct, removalPolicy: RemovalPolicy) {
    this.panes = new StoreTable(scope, "Panes", {
      partitionKey: "bar",
      sortKey: "pane",
      hasExpiry: true,
      removalPolicy,
    });
    // Checkpoints must outlive the panes that they vouch for, so they never expire.
    this.checkpoints = new StoreTable(scope, "Checkpoints", {
      partitionKey: "stream",
      sortKey: "shard",
      hasExpiry: false,
      removalPolicy,
    });
    this.rejected = new StoreTable(scope, "Rejected", {
      partitionKey: "origin",
      sortKey: "position",
      hasExpiry: true,
      removalPolicy,
    });
    this.leases = new StoreTable(scope, "Leases", { partitionKey: "name", hasExpiry: false, removalPolicy });
    this.symbols = new StoreTable(scope, "Symbols", {
      partitionKey: "list",
      sortKey: "symbol",
      hasExpiry: false,
      removalPolicy,
    });
  }
}
