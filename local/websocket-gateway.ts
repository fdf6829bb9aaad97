import { randomBytes, randomUUID } from "node:crypto";
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocketServer, type WebSocket } from "ws";
import { SOCKET_LIMITS } from "#core/protocol/socket-limits.ts";
import type { Authorize } from "./authorize.ts";
import type { EmitCloudEvent } from "./cloud-event.ts";
import { FrameMeter } from "./frame-meter.ts";
import type { GatewaySpec, RouteSpec } from "./gateway-spec.ts";
import type { LoopbackServer } from "./loopback-server.ts";
import { answerManagementCall } from "./management-api.ts";
import { callRoute, selectedRouteKey, type InvokeFunction } from "./route-call.ts";
import { SocketConnection, type SocketLimits } from "./socket-connection.ts";
import { Throttle } from "./throttle.ts";
import type { CloudClock } from "./wall-clock.ts";
import { connectEvent, disconnectEvent, messageEvent, type ConnectionContext } from "./websocket-event.ts";

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const MAX_FRAME_BYTES = 32_768;
const MAX_MESSAGE_BYTES = 131_072;
const CLOSE = { goingAway: 1001, unsupported: 1003, tooBig: 1009 } as const;
const DISPOSE_GRACE_MS = 1_000;
const THROTTLED = "the stage takes no more requests a second";

export interface WebSocketGatewayOptions {
  readonly server: LoopbackServer;
  readonly spec: GatewaySpec;
  readonly invoke: InvokeFunction;
  readonly authorize: Authorize;
  readonly clock: CloudClock;
  readonly emit: EmitCloudEvent;
  /** @default 2 hours in all, 10 minutes idle, as on API Gateway */
  readonly limits?: Partial<SocketLimits>;
}

/**
 * Serves a WebSocket API and its `@connections` on one server, until it is disposed. Then sockets are closed, their
 * `$disconnect` functions get a second, and the server ends.
 */
export const openWebSocketGateway = (options: WebSocketGatewayOptions): AsyncDisposable => new Gateway(options);

interface Refusal {
  readonly statusCode: number;
  readonly reason: string;
}

class Gateway implements AsyncDisposable {
  readonly #options: WebSocketGatewayOptions;
  readonly #connections = new Map<string, SocketConnection>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #protocols = new WeakMap<IncomingMessage, string>();
  readonly #upgrader: WebSocketServer;
  readonly #throttle: Throttle;

  constructor(options: WebSocketGatewayOptions) {
    this.#options = options;
    this.#throttle = new Throttle(options.spec.throttle, options.clock);
    this.#upgrader = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handleProtocols: (_, request) => this.#protocols.get(request) ?? false,
    });
    const { server } = options.server;
    server.on("upgrade", (request, socket, head) => this.#track(this.#upgrade(request, socket, head)));
    server.on("request", (request, response) => this.#track(this.#answer(request, response)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { server, hangUp } = this.#options.server;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const connection of this.#connections.values()) connection.close(CLOSE.goingAway, "Going away");
    const over = delay(DISPOSE_GRACE_MS, undefined, { ref: false });
    while (this.#connections.size > 0 || this.#tasks.size > 0) {
      const step = Promise.race([over.then(() => "over"), delay(5), ...this.#tasks]);
      if ((await step) === "over") break;
    }
    hangUp();
    await closed;
  }

  #track(work: Promise<void>): void {
    const task = work.finally(() => this.#tasks.delete(task));
    this.#tasks.add(task);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await answerManagementCall(this.#connections, request, response)) return;
    response.writeHead(403, { "content-type": "application/json" }).end('{"message":"Forbidden"}');
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const context = this.#contextOf(request);
    const refusal = await this.#refusalOf(request, context);
    if (refusal !== undefined) {
      const { statusCode, reason } = refusal;
      this.#options.emit({ kind: "socket-refused", routeKey: "$connect", statusCode, reason });
      refuse(socket, refusal.statusCode, context.value.connectionId);
      return;
    }
    const left = { code: 1006, reason: "Client disconnected" };
    if (!socket.readable || !socket.writable) {
      // Its other half would stay open, and the server wait for it to close.
      socket.destroy();
      return this.#disconnect(context.value, left);
    }
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, socket, context.value));
  }

  /** Why the client may not connect, undefined if it may. What the authorizer says of it goes into `context`. */
  async #refusalOf(request: IncomingMessage, context: { value: ConnectionContext }): Promise<Refusal | undefined> {
    const { spec, clock, authorize, invoke } = this.#options;
    const [path] = (request.url ?? "/").split("?");
    if (path?.replace(/\/$/, "") !== `/${spec.stage}`)
      return { statusCode: 403, reason: `the path must be /${spec.stage}, was ${path}` };
    if (!this.#throttle.take()) return { statusCode: 429, reason: THROTTLED };
    const route = spec.routes.get("$connect");
    if (route === undefined) return undefined;
    const authorization = await authorize(route, connectEvent(context.value, clock.nowMs(), request));
    if (authorization.kind === "refused") return authorization;
    context.value = { ...context.value, authorizer: authorization.context };
    const answer = await callRoute(invoke, route, connectEvent(context.value, clock.nowMs(), request));
    if (answer.kind === "failed") return { statusCode: 502, reason: answer.reason };
    const { statusCode, headers } = answer;
    if (statusCode < 200 || statusCode > 299) return { statusCode, reason: "the function of $connect refused" };
    const protocol = Object.entries(headers).find(([name]) => name.toLowerCase() === "sec-websocket-protocol")?.[1];
    if (typeof protocol === "string") this.#protocols.set(request, protocol);
    return undefined;
  }

  #contextOf(request: IncomingMessage): { value: ConnectionContext } {
    const { server, spec, clock } = this.#options;
    return {
      value: {
        apiId: spec.apiId,
        stage: spec.stage,
        domainName: request.headers.host ?? server.host,
        connectionId: `${randomBytes(11).toString("base64url")}=`,
        connectedAtMs: clock.nowMs(),
        identity: {
          sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
          userAgent: request.headers["user-agent"] ?? "",
        },
        authorizer: undefined,
      },
    };
  }

  #open(webSocket: WebSocket, socket: Duplex, context: ConnectionContext): void {
    const { clock, limits } = this.#options;
    const connection = new SocketConnection(webSocket, context, clock, { ...SOCKET_LIMITS, ...limits });
    const meter = new FrameMeter(MAX_FRAME_BYTES);
    // Before the listener of `ws`, so that a frame has been measured when its message arrives.
    socket.prependListener("data", (bytes: Buffer) => {
      meter.push(bytes);
      if (meter.hasExceeded) connection.close(CLOSE.tooBig, "Frame too long");
    });
    this.#connections.set(context.connectionId, connection);
    // `ws` closes the socket after an error of the client's.
    webSocket.on("error", () => undefined);
    webSocket.on("message", (data: Buffer, isBinary) => {
      if (meter.hasExceeded) return;
      if (isBinary) connection.close(CLOSE.unsupported, "Binary messages are not supported");
      else this.#track(this.#message(connection, data.toString("utf8")));
    });
    webSocket.on("close", (code, reason) => {
      this.#connections.delete(context.connectionId);
      this.#track(this.#disconnect(context, { code, reason: reason.toString("utf8") }));
    });
  }

  async #message(connection: SocketConnection, body: string): Promise<void> {
    const { spec, clock, invoke } = this.#options;
    connection.touch();
    const asked = selectedRouteKey(body, spec.selectionPath);
    const route = (asked === undefined ? undefined : spec.routes.get(asked)) ?? spec.routes.get("$default");
    if (!this.#throttle.take()) {
      this.#sayNo(connection, "Too Many Requests", { statusCode: 429, reason: THROTTLED }, route?.routeKey);
      return;
    }
    if (route === undefined) {
      this.#sayNo(connection, "Forbidden", { statusCode: 403, reason: "no route is open for the message" }, asked);
      return;
    }
    const answer = await callRoute(
      invoke,
      route,
      messageEvent(connection.context, clock.nowMs(), route.routeKey, body),
    );
    if (answer.kind === "failed")
      this.#sayNo(connection, "Internal server error", { statusCode: 502, reason: answer.reason }, route.routeKey);
    else if (route.returnsResponse && answer.body !== undefined) connection.send(answer.body);
  }

  #sayNo(connection: SocketConnection, message: string, refusal: Refusal, routeKey: string | undefined): void {
    const { connectionId } = connection.context;
    this.#options.emit({ kind: "socket-refused", routeKey: routeKey ?? "$default", ...refusal });
    connection.send(JSON.stringify({ message, connectionId, requestId: randomUUID() }));
  }

  async #disconnect(
    context: ConnectionContext,
    close: { readonly code: number; readonly reason: string },
  ): Promise<void> {
    const { spec, clock, invoke, emit } = this.#options;
    const route: RouteSpec | undefined = spec.routes.get("$disconnect");
    if (route === undefined) return;
    const answer = await callRoute(invoke, route, disconnectEvent(context, clock.nowMs(), close));
    if (answer.kind === "failed")
      emit({ kind: "socket-refused", routeKey: "$disconnect", statusCode: 502, reason: answer.reason });
  }
}

const refuse = (socket: Duplex, statusCode: number, connectionId: string): void => {
  const reason = STATUS_CODES[statusCode] ?? "Refused";
  const body = JSON.stringify({ message: reason, connectionId, requestId: randomUUID() });
  const head = [
    `HTTP/1.1 ${statusCode} ${reason}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
};
