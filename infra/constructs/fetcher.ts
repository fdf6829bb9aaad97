import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { environment } from "#lambdas/fetcher/config.ts";
import type { TapestreamConfig } from "../config.ts";
import { enginesOf } from "../engine-checks.ts";
import { EachMinute } from "./each-minute.ts";
import type { RowStore } from "./row-store.ts";
import { StageFunction } from "./stage-function.ts";
import { reachOf, type Ticks } from "./ticks.ts";

export interface FetcherProps {
  readonly config: TapestreamConfig;
  readonly lambdasFolder: string;
  readonly ticks: Ticks;
  readonly leases: RowStore;
  readonly checkpoints: RowStore;
  /** Undefined where DynamoDB has the tables. */
  readonly keyspace: string | undefined;
}

/**
 * The fetcher, run each minute for a little longer: each run waits a moment for the lease of the one before, so that they
 * follow one another without a gap. A run that fails is not repeated: the next one takes over its lease
 * and goes on where it stopped.
 */
export class Fetcher extends Construct {
  readonly function: StageFunction;

  constructor(scope: Construct, id: string, props: FetcherProps) {
    super(scope, id);
    const { config, lambdasFolder, ticks, leases, checkpoints, keyspace } = props;
    this.function = new StageFunction(this, "Function", {
      stage: "fetcher",
      engines: enginesOf(config),
      lambdasFolder,
      description: "Puts trades of the source on the ticks stream, as frames",
      environment: environment({
        ticksStream: ticks.streamName,
        ticksBrokers: reachOf(ticks)?.brokers,
        leasesTable: leases.tableName,
        checkpointsTable: checkpoints.tableName,
        keyspace,
        source: config.source,
        lanes: config.lanes,
        frameMaxTrades: config.frameMaxTrades,
        frameMaxBytes: config.frameMaxBytes,
        lingerMs: config.lingerMs,
        maxUnfoldedTrades: config.maxUnfoldedTrades,
      }),
      network: reachOf(ticks)?.network,
      timeout: Duration.seconds(65),
      memoryMiB: 512,
      logLevel: config.logLevel,
      tracing: config.tracing,
    });
    ticks.grantPutFrames(this.function);
    checkpoints.grantQuery(this.function);
    leases.grantUpdateRows(this.function);
    leases.grantGetRows(this.function);
    new EachMinute(this, "EachMinute", { description: "Runs the fetcher", function: this.function });
  }
}
