import { Duration, Fn, Stack, Validations, type RemovalPolicy } from "aws-cdk-lib";
import { CfnKeyspace, CfnTable } from "aws-cdk-lib/aws-cassandra";
import { Metric, Stats, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement, type IGrantable } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { intervalText } from "#core/interval.ts";
import type { DurationMs } from "#core/units.ts";
import type { StoredInterval } from "#lambdas/environment.ts";
import type { BarStores } from "./bar-tables.ts";
import { KEYSPACES_TABLES, PANES_TABLE, panesTableName, type KeyspacesTable } from "./keyspaces-tables.ts";
import type { RowStore } from "./row-store.ts";

export interface BarKeyspaceProps {
  /** Up to 48 lower-case letters, digits and _: statements say it without quotes. */
  readonly keyspaceName: string;
  readonly intervals: readonly StoredInterval[];
  readonly rejectedKeepMs: DurationMs;
  readonly removalPolicy: RemovalPolicy;
}

/** What has expired stays so much longer, out of sight, so that a late trade adds to it: as each write says, too. */
const GRACE = Duration.days(2);

/**
 * The keyspace of bars in Amazon Keyspaces and its tables, each paid per request, restorable to any second of the last 35
 * days, encrypted by a key that AWS owns. Tables of what expires have a time to live, without which Keyspaces refuses writes
 * that say one.
 * Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/TTL-how-it-works.html
 */
export class BarKeyspace extends Construct implements BarStores {
  readonly keyspaceName: string;
  readonly panes: RowStore;
  readonly checkpoints: RowStore;
  readonly rejected: RowStore;
  readonly leases: RowStore;
  readonly symbols: RowStore;
  readonly #removalPolicy: RemovalPolicy;
  readonly #keyspace: CfnKeyspace;

  constructor(scope: Construct, id: string, props: BarKeyspaceProps) {
    super(scope, id);
    const { keyspaceName, intervals, rejectedKeepMs, removalPolicy } = props;
    this.keyspaceName = keyspaceName;
    this.#removalPolicy = removalPolicy;
    this.#keyspace = new CfnKeyspace(this, "Keyspace", { keyspaceName });
    this.#keyspace.applyRemovalPolicy(removalPolicy);
    const { checkpoints, statuses, gaps, leases, symbols, rejected, redriven } = KEYSPACES_TABLES;
    this.#addTable("checkpoints", checkpoints);
    this.#addTable("statuses", statuses);
    this.#addTable("gaps", gaps);
    this.#addTable("leases", leases);
    this.#addTable("symbols", symbols);
    this.#addTable("rejected", rejected, rejectedKeepMs);
    this.#addTable("redriven", redriven);
    const panes = intervals.map(({ intervalMs, keepMs }) => {
      const name = panesTableName(intervalText(intervalMs));
      this.#addTable(name, PANES_TABLE, keepMs);
      return name;
    });
    this.panes = this.#storeOf("panes", panes);
    this.checkpoints = this.#storeOf("checkpoints", ["checkpoints", "statuses", "gaps"]);
    this.leases = this.#storeOf("leases", ["leases"]);
    this.symbols = this.#storeOf("symbols", ["symbols"]);
    this.rejected = this.#storeOf("rejected", ["rejected"]);
  }

  #addTable(tableName: string, { partitionKey, clustering, regular }: KeyspacesTable, keepMs?: DurationMs): void {
    const columns = (types: Readonly<Record<string, string>>): CfnTable.ColumnProperty[] =>
      Object.entries(types).map(([columnName, columnType]) => ({ columnName, columnType }));
    const table = new CfnTable(this, tableName, {
      keyspaceName: this.keyspaceName,
      tableName,
      partitionKeyColumns: columns(partitionKey),
      clusteringKeyColumns: columns(clustering).map((column) => ({ column, orderBy: "ASC" })),
      regularColumns: columns(regular),
      billingMode: { mode: "ON_DEMAND" },
      pointInTimeRecoveryEnabled: true,
      encryptionSpecification: { encryptionType: "AWS_OWNED_KMS_KEY" },
      ...(keepMs === undefined ? {} : { defaultTimeToLive: Math.ceil(keepMs / 1_000) + GRACE.toSeconds() }),
    });
    table.addResourceDependency(this.#keyspace);
    table.applyRemovalPolicy(this.#removalPolicy);
  }

  #storeOf(tableName: string, tables: readonly string[]): RowStore {
    const allow = (grantee: IGrantable, ...actions: readonly string[]): void => {
      const resources = tables.map((table) => this.#arnOf(`${this.keyspaceName}/table/${table}`));
      grantee.grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({ actions: actions.map((action) => `cassandra:${action}`), resources }),
      );
      this.#letConnect(grantee);
    };
    // A conditional write that fails answers with the row.
    const put = (grantee: IGrantable): void => allow(grantee, "Modify", "Select");
    const read = (grantee: IGrantable): void => allow(grantee, "Select");
    return {
      tableName,
      grantReadRows: read,
      grantGetRows: read,
      grantQuery: read,
      grantPutRows: put,
      grantUpdateRows: put,
      grantPutBatches: put,
      refusals: (period) => refusalsOf(this.keyspaceName, tables, period),
    };
  }

  /** Drivers read tables of the system when they connect. Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/security_iam_id-based-policy-examples.html */
  #letConnect(grantee: IGrantable): void {
    const resources = [this.#arnOf("system*")];
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ["cassandra:Select"], resources }));
    const { grantPrincipal: role } = grantee;
    if (Construct.isConstruct(role))
      Validations.of(role).acknowledge({
        id: "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cassandra:<AWS::Region>:<AWS::AccountId>:/keyspace/system*]",
        reason:
          "what every driver reads to connect; the system's keyspaces hold nothing of ours, and are AWS's to name",
      });
  }

  #arnOf(path: string): string {
    const { partition, region, account } = Stack.of(this);
    return Fn.join("", ["arn:", partition, ":cassandra:", region, ":", account, ":/keyspace/", path]);
  }
}

/**
 * Of all tables the writes, then of all the reads: trades wait for writes.
 * Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/metrics-dimensions.html
 */
const refusalsOf = (Keyspace: string, tables: readonly string[], period: Duration): readonly IMetric[] =>
  ["WriteThrottleEvents", "ReadThrottleEvents"].flatMap((metricName) =>
    tables.map(
      (TableName) =>
        new Metric({
          namespace: "AWS/Cassandra",
          metricName,
          dimensionsMap: { Keyspace, TableName },
          statistic: Stats.SUM,
          period,
        }),
    ),
  );
