import { Duration, Validations } from "aws-cdk-lib";
import {
  WebSocketApi,
  WebSocketStage,
  type IWebSocketRouteAuthorizer,
  type WebSocketRoute,
} from "aws-cdk-lib/aws-apigatewayv2";
import { WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { StartingPosition } from "aws-cdk-lib/aws-lambda";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { hasFanOut } from "#core/plan/load.ts";
import { durationMs } from "#core/units.ts";
import { environment } from "#lambdas/ws-broadcast/config.ts";
import type { TapestreamConfig } from "../config.ts";
import { EachMinute } from "./each-minute.ts";
import { FailedBatches } from "./failed-batches.ts";
import type { RecordStream } from "./record-stream.ts";
import type { RowStore } from "./row-store.ts";
import { StageFunction } from "./stage-function.ts";
import type { StoreTable } from "./store-table.ts";
import type { Ticks } from "./ticks.ts";

export interface SocketApiProps {
  readonly config: TapestreamConfig;
  readonly lambdasFolder: string;
  readonly ticks: Ticks;
  readonly bars: RecordStream;
  readonly panes: RowStore;
  readonly checkpoints: RowStore;
  readonly connections: StoreTable;
  readonly symbols: RowStore;
  readonly leases: RowStore;
  /** Undefined where DynamoDB has the tables, but for that of connections, which it always has. */
  readonly keyspace: string | undefined;
  readonly failures: Bucket;
  /** Decides who may connect; undefined: anybody may. */
  readonly authorizer: IWebSocketRouteAuthorizer | undefined;
}

interface FunctionSize {
  readonly memoryMiB?: number;
  readonly timeout?: Duration;
}

/** The WebSocket API, the functions behind its routes, and those that carry updates of bars and heartbeats to its connections. */
export class SocketApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;
  readonly #props: SocketApiProps;

  constructor(scope: Construct, id: string, props: SocketApiProps) {
    super(scope, id);
    this.#props = props;
    this.api = new WebSocketApi(this, "Api", {
      apiName: "tapestream",
      description: "tapestream: live bars",
      routeSelectionExpression: "$request.body.action",
    });
    const { socketRequestsPerSecond: rateLimit, socketRequestsBurst: burstLimit } = props.config;
    this.stage = new WebSocketStage(this, "Stage", {
      webSocketApi: this.api,
      stageName: "prod",
      autoDeploy: true,
      throttle: { rateLimit, burstLimit },
    });
    Validations.of(this.stage).acknowledge({
      id: "AwsSolutions-APIG1",
      reason:
        "access logs of a WebSocket API need a role that is set once for the whole account; the functions log connections",
    });
    this.#addRoutes();
    this.#addBroadcast();
    this.#addHeartbeat();
  }

  #addRoutes(): void {
    const { authorizer, panes, checkpoints, connections, symbols, leases } = this.#props;
    const connect = this.#functionOf("Connect", "ws-connect", "Notes a new connection");
    connections.grantUpdateRows(connect);
    const disconnect = this.#functionOf("Disconnect", "ws-disconnect", "Forgets a connection");
    connections.grantDeleteRows(disconnect);
    const message = this.#functionOf("Message", "ws-message", "Answers what a client sends");
    connections.grantGetRows(message);
    connections.grantUpdateRows(message);
    connections.grantDeleteRows(message);
    panes.grantQuery(message);
    checkpoints.grantQuery(message);
    leases.grantGetRows(message);
    symbols.grantReadRows(message);
    symbols.grantPutBatches(message);
    this.#grantConnections(message, "POST", "DELETE");

    const route = this.api.addRoute("$connect", {
      integration: new WebSocketLambdaIntegration("Connect", connect),
      ...(authorizer === undefined ? {} : { authorizer }),
    });
    if (authorizer === undefined) acknowledgeOpen(route, "the configuration says that anybody may connect");
    for (const [key, name, target] of [
      ["$disconnect", "Disconnect", disconnect],
      ["$default", "Message", message],
    ] as const) {
      const inner = this.api.addRoute(key, { integration: new WebSocketLambdaIntegration(name, target) });
      acknowledgeOpen(inner, "API Gateway authorizes at $connect alone: whoever sends this has been let in");
    }
  }

  #addBroadcast(): void {
    const { config, bars, connections, failures } = this.#props;
    const broadcast = this.#functionOf("Broadcast", "ws-broadcast", "Sends updates of bars to who wants them", {
      memoryMiB: 512,
    });
    connections.grantQuery(broadcast);
    connections.grantDeleteRows(broadcast);
    this.#grantConnections(broadcast, "POST");
    broadcast.addEventSource(
      bars.eventSource({
        hasFanOut: hasFanOut(config.fanOut, "broadcast"),
        // A client starts from a snapshot, so nothing that was said before the mapping existed is missed.
        startingPosition: StartingPosition.LATEST,
        batchSize: 1_000,
        bisectBatchOnError: true,
        // A stale update is worth nothing: the next one of its bar holds it, and a life's end repeats them all.
        retryAttempts: 2,
        maxRecordAge: Duration.seconds(60),
        onFailure: new FailedBatches(failures),
      }),
    );
  }

  /** Run each minute for a minute, so that beat follows beat. */
  #addHeartbeat(): void {
    const { checkpoints, connections, leases } = this.#props;
    const heartbeat = this.#functionOf("Heartbeat", "ws-heartbeat", "Tells every client how the pipeline stands", {
      timeout: Duration.seconds(65),
    });
    connections.grantQuery(heartbeat);
    connections.grantDeleteRows(heartbeat);
    checkpoints.grantQuery(heartbeat);
    leases.grantGetRows(heartbeat);
    this.#grantConnections(heartbeat, "POST");
    new EachMinute(this, "EachMinute", { description: "Runs the heartbeat", function: heartbeat });
  }

  /** Lets `target` post to any connection of the stage, or end it, but nothing else. */
  #grantConnections(target: StageFunction, ...methods: readonly ("POST" | "DELETE")[]): void {
    const resources = methods.map((method) =>
      this.api.arnForExecuteApiV2(`${method}/@connections/*`, this.stage.stageName),
    );
    target.addToRolePolicy(new PolicyStatement({ actions: ["execute-api:ManageConnections"], resources }));
    for (const method of methods)
      Validations.of(target.role!).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<SocketApiF12253BF>/prod/${method}/@connections/*]`,
        reason: "connections come and go, and API Gateway names them",
      });
  }

  #functionOf(id: string, stage: string, description: string, size: FunctionSize = {}): StageFunction {
    const { config, lambdasFolder, ticks, panes, checkpoints, connections, symbols, leases, keyspace } = this.#props;
    return new StageFunction(this, id, {
      stage,
      engines: READERS_OF_BARS.has(stage) && keyspace !== undefined ? ["keyspaces"] : [],
      lambdasFolder,
      description,
      environment: environment({
        ticksStream: ticks.streamName,
        panesTable: panes.tableName,
        checkpointsTable: checkpoints.tableName,
        connectionsTable: connections.tableName,
        symbolsTable: symbols.tableName,
        leasesTable: leases.tableName,
        keyspace,
        source: config.source,
        storedIntervalsMs: config.intervals.map(({ intervalMs }) => intervalMs),
        offeredIntervalsMs: config.offeredIntervals,
        maxOutOfOrdernessMs: config.maxOutOfOrdernessMs,
        idleMs: config.idleMs,
        heartbeatMs: durationMs(config.heartbeatSeconds * 1_000),
        managementEndpoint: this.stage.callbackUrl,
        socketClient: config.socketClient,
      }),
      // API Gateway waits for an answer for 29 seconds.
      // Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
      timeout: size.timeout ?? Duration.seconds(29),
      memoryMiB: size.memoryMiB,
      logLevel: config.logLevel,
      tracing: config.tracing,
    });
  }
}

/** Those that read more than connections. */
const READERS_OF_BARS: ReadonlySet<string> = new Set(["ws-message", "ws-heartbeat"]);

const acknowledgeOpen = (route: WebSocketRoute, reason: string): void =>
  Validations.of(route).acknowledge({ id: "AwsSolutions-APIG4", reason });
