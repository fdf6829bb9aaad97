import { createAuthorize, type Authorize } from "./authorize.ts";
import type { EmitCloudEvent } from "./cloud-event.ts";
import type { FunctionHosts } from "./function-hosts.ts";
import type { GatewaySpec } from "./gateway-spec.ts";
import { openLoopbackServer, type LoopbackServer } from "./loopback-server.ts";
import type { SocketLimits } from "./socket-connection.ts";
import { wallClock } from "./wall-clock.ts";
import { openWebSocketGateway } from "./websocket-gateway.ts";

/** A WebSocket API whose address is known, before there is anything behind it. */
export interface BoundGateway {
  readonly spec: GatewaySpec;
  readonly server: LoopbackServer;
  readonly webSocketUrl: string;
  readonly managementUrl: string;
  /** What leads functions to its `@connections`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Takes a port for the API of a template, if it has one. @throws PipelineError TAPE_PORT_IN_USE */
export const bindGateway = async (spec: GatewaySpec | undefined, port: number): Promise<BoundGateway | undefined> => {
  if (spec === undefined) return undefined;
  const server = await openLoopbackServer(port);
  const managementUrl = `http://${server.host}/${spec.stage}`;
  return {
    spec,
    server,
    webSocketUrl: `ws://${server.host}/${spec.stage}`,
    managementUrl,
    environment: { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: managementUrl },
  };
};

export interface SocketsOptions {
  /** @default the authorizers of the template */
  readonly authorize?: Authorize;
  /** @default those of API Gateway */
  readonly socketLimits?: Partial<SocketLimits>;
}

/** Opens the API, with functions behind it. */
export const openSockets = (
  gateway: BoundGateway,
  { authorize, socketLimits: limits = {} }: SocketsOptions,
  invoke: FunctionHosts["invoke"],
  emit: EmitCloudEvent,
): AsyncDisposable =>
  openWebSocketGateway({
    ...gateway,
    invoke,
    authorize: authorize ?? createAuthorize(invoke),
    limits,
    clock: wallClock,
    emit,
  });
