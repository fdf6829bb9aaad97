import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { environment } from "#lambdas/fetcher/config.ts";
import type { TapestreamConfig } from "../config.ts";
import { EachMinute } from "./each-minute.ts";
import type { RecordStream } from "./record-stream.ts";
import { StageFunction } from "./stage-function.ts";
import type { StoreTable } from "./store-table.ts";

export interface FetcherProps {
  readonly config: TapestreamConfig;
  readonly lambdasFolder: string;
  readonly ticks: RecordStream;
  readonly leases: StoreTable;
  readonly checkpoints: StoreTable;
}

/**
 * The fetcher, run each minute for a little longer: each run waits a moment for the lease of the one before, so that they
 * follow one another without a gap. A run that fails is not repeated: the next one takes over its lease
 * and goes on where it stopped.
 */
export class Fetcher extends Construct {
  readonly function: StageFunction;

  constructor(scope: Construct, id: string, { config, lambdasFolder, ticks, leases, checkpoints }: FetcherProps) {
    super(scope, id);
    this.function = new StageFunction(this, "Function", {
      stage: "fetcher",
      lambdasFolder,
      description: "Puts trades of the source on the ticks stream, as frames",
      environment: environment({
        ticksStream: ticks.streamName,
        leasesTable: leases.tableName,
        checkpointsTable: checkpoints.tableName,
        source: config.source,
        lanes: config.lanes,
        frameMaxTrades: config.frameMaxTrades,
        frameMaxBytes: config.frameMaxBytes,
        lingerMs: config.lingerMs,
        maxUnfoldedTrades: config.maxUnfoldedTrades,
      }),
      timeout: Duration.seconds(65),
      memoryMiB: 512,
      logLevel: config.logLevel,
      tracing: config.tracing,
    });
    ticks.grantPutRecords(this.function);
    ticks.grant(this.function, "kinesis:DescribeStreamSummary");
    checkpoints.grantReadRows(this.function);
    leases.grantReadRows(this.function);
    leases.grantPutRows(this.function);
    new EachMinute(this, "EachMinute", { description: "Runs the fetcher", function: this.function });
  }
}
