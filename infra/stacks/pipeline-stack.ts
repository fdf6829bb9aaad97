import { CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { OUTPUTS } from "#core/deployment.ts";
import type { TapestreamConfig } from "../config.ts";
import { Aggregator } from "../constructs/aggregator.ts";
import { Fetcher } from "../constructs/fetcher.ts";
import { MskTicks } from "../constructs/msk-ticks.ts";
import { RecordStream } from "../constructs/record-stream.ts";
import { SocketAccess } from "../constructs/socket-access.ts";
import { SocketApi } from "../constructs/socket-api.ts";
import { StageFunction } from "../constructs/stage-function.ts";
import { Watch } from "../constructs/watch.ts";
import type { StorageStack } from "./storage-stack.ts";

export interface PipelineStackProps {
  readonly config: TapestreamConfig;
  /** Where `tools/build.ts` put the bundles. */
  readonly lambdasFolder: string;
  readonly storage: StorageStack;
}

/** What moves: the streams, the functions between them and the WebSocket API. */
export class PipelineStack extends Stack {
  /** `wss://…` of the API without its stage, for a page's content security policy. */
  readonly socketOrigin: string;
  /** The host of the API that hands out tickets, undefined where nobody needs any. */
  readonly ticketsHost: string | undefined;

  constructor(scope: Construct, id: string, { config, lambdasFolder, storage }: PipelineStackProps) {
    super(scope, id, { description: "tapestream: streams, functions and the WebSocket API" });
    const ticks = ticksOf(this, config, lambdasFolder);
    // Updates can be had again from the stored panes.
    const bars = new RecordStream(this, "Bars", { shards: config.barsShards, removalPolicy: RemovalPolicy.DESTROY });
    const { connections, tickets, failures } = storage;
    const { panes, checkpoints, rejected, leases, symbols, keyspaceName: keyspace } = storage.bars;
    const fetcher = new Fetcher(this, "Fetcher", { config, lambdasFolder, ticks, leases, checkpoints, keyspace });
    const common = { config, lambdasFolder, ticks, bars, panes, checkpoints, symbols, keyspace, failures };
    const aggregator = new Aggregator(this, "Aggregator", { ...common, rejected });
    const access = new SocketAccess(this, "Access", { config, lambdasFolder, tickets });
    const socket = new SocketApi(this, "Socket", { ...common, connections, leases, authorizer: access.authorizer });
    this.socketOrigin = socket.api.apiEndpoint;
    this.ticketsHost = access.ticketOffice?.host;
    const watch = new Watch(this, "Watch", {
      config,
      watched: {
        functions: this.node.findAll().filter((construct) => construct instanceof StageFunction),
        ticks,
        ticksRetention: Duration.hours(config.ticksRetentionHours),
        bars,
        panes,
        connections,
        socketStage: socket.stage,
        ticketStage: access.ticketOffice?.stage,
        ticksMappingId: aggregator.mappingId,
        hasArrivalWindows: config.arrivalWindowSeconds > 0,
      },
    });

    tellTicks(this, ticks, config);
    new CfnOutput(this, OUTPUTS.barsStream, { value: bars.streamName });
    new CfnOutput(this, "FetcherFunctionName", { value: fetcher.function.functionName });
    new CfnOutput(this, OUTPUTS.webSocketUrl, { value: socket.stage.url });
    new CfnOutput(this, "WatchBoardName", { value: watch.board.dashboard.dashboardName });
    if (access.ticketOffice !== undefined) {
      new CfnOutput(this, OUTPUTS.ticketsUrl, { value: access.ticketOffice.url });
      new CfnOutput(this, "TicketSecretArn", { value: access.ticketOffice.secret.secretArn });
    }
  }
}

const ticksOf = (stack: Stack, config: TapestreamConfig, lambdasFolder: string): MskTicks | RecordStream =>
  config.stream === "msk"
    ? new MskTicks(stack, "Ticks", { config, lambdasFolder })
    : new RecordStream(stack, "Ticks", {
        shards: config.shards,
        retention: Duration.hours(config.ticksRetentionHours),
        removalPolicy: config.dataRemoval === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      });

const tellTicks = (stack: Stack, ticks: MskTicks | RecordStream, { shards }: TapestreamConfig): void => {
  if (ticks instanceof MskTicks) {
    new CfnOutput(stack, OUTPUTS.ticksPartitions, { value: String(shards) });
    new CfnOutput(stack, "TicksBrokers", { value: ticks.brokers });
  } else new CfnOutput(stack, OUTPUTS.ticksStream, { value: ticks.streamName });
};
