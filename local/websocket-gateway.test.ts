import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { once } from "node:events";
import { createConnection } from "node:net";
import { describe, expect, test } from "vitest";
import WebSocket from "ws";
import { durationMs } from "#core/units.ts";
import { createAuthorize, type Authorize } from "./authorize.ts";
import { eventLog, localFunction } from "./fixtures/mapping.ts";
import { FunctionError } from "./function-error.ts";
import type { GatewaySpec, RouteSpec } from "./gateway-spec.ts";
import { openLoopbackServer } from "./loopback-server.ts";
import { wallClock } from "./wall-clock.ts";
import { openWebSocketGateway, type WebSocketGatewayOptions } from "./websocket-gateway.ts";

type Event = Readonly<Record<string, unknown>> & {
  readonly body?: string;
  readonly requestContext: { readonly connectionId: string; readonly routeKey: string };
};

const route = (routeKey: string, given: Partial<RouteSpec> = {}): readonly [string, RouteSpec] => [
  routeKey,
  {
    routeKey,
    fn: localFunction("socket", { name: routeKey }),
    authorizationType: "NONE",
    authorizer: undefined,
    returnsResponse: false,
    ...given,
  },
];

interface Open {
  readonly routes?: readonly (readonly [string, RouteSpec])[];
  readonly authorize?: Authorize;
  readonly limits?: WebSocketGatewayOptions["limits"];
  readonly throttle?: GatewaySpec["throttle"];
  /** What the functions return, `{ statusCode: 200 }` if nothing; an Error makes them fail. */
  readonly answer?: (event: Event) => unknown;
}

const open = async ({ routes = [], authorize, limits, throttle, answer = () => undefined }: Open) => {
  const server = await openLoopbackServer(0);
  const spec: GatewaySpec = {
    apiId: "api1234567",
    stage: "prod",
    selectionPath: ["action"],
    routes: new Map(routes),
    throttle,
  };
  const calls: Event[] = [];
  const { events, emit } = eventLog();
  const invoke = async (fn: { readonly name: string }, text: string): Promise<string> => {
    const event = JSON.parse(text) as Event;
    calls.push(event);
    const result = await answer(event);
    if (result instanceof Error)
      throw new FunctionError(fn.name, "1", { errorType: result.name, errorMessage: result.message, trace: [] });
    return JSON.stringify(result ?? { statusCode: 200 });
  };
  const about = { server, spec, invoke, authorize: authorize ?? createAuthorize(invoke), clock: wallClock, emit };
  const gateway = openWebSocketGateway(limits === undefined ? about : { ...about, limits });
  const management = new ApiGatewayManagementApiClient({
    endpoint: `http://${server.host}/prod`,
    maxAttempts: 1,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  return {
    url: `ws://${server.host}/prod`,
    management,
    calls,
    events,
    call: async (routeKey: string): Promise<Event> => {
      for (;;) {
        const found = calls.find(({ requestContext }) => requestContext.routeKey === routeKey);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    [Symbol.asyncDispose]: async () => {
      management.destroy();
      await gateway[Symbol.asyncDispose]();
    },
  };
};

const connect = async (url: string, protocols: readonly string[] = []): Promise<WebSocket> => {
  const socket = new WebSocket(url, [...protocols]);
  await once(socket, "open");
  return socket;
};

const statusOf = async (url: string, protocols: readonly string[] = []): Promise<number | undefined> => {
  const socket = new WebSocket(url, [...protocols]);
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, { readonly statusCode?: number }];
  return response.statusCode;
};

const nextMessage = async (socket: WebSocket): Promise<string> => {
  const [data] = (await once(socket, "message")) as [Buffer];
  return data.toString();
};

const closeCode = async (socket: WebSocket): Promise<number> => {
  const [code] = (await once(socket, "close")) as [number];
  return code;
};

const lifecycle = [route("$connect"), route("$disconnect"), route("$default"), route("subscribe")];

describe("connecting to a WebSocket API", () => {
  test("runs $connect before the socket opens, and $disconnect when it has closed", async () => {
    await using api = await open({ routes: lifecycle });
    const socket = await connect(`${api.url}?name=ada&tag=1&tag=2`);
    expect(api.calls).toMatchObject([
      {
        headers: { Upgrade: "websocket" },
        queryStringParameters: { name: "ada", tag: "2" },
        multiValueQueryStringParameters: { tag: ["1", "2"] },
        requestContext: { routeKey: "$connect", eventType: "CONNECT", stage: "prod", apiId: "api1234567" },
        isBase64Encoded: false,
      },
    ]);
    socket.close(1000, "bye");
    expect(await api.call("$disconnect")).toMatchObject({
      requestContext: {
        eventType: "DISCONNECT",
        disconnectStatusCode: 1000,
        disconnectReason: "bye",
        connectionId: api.calls[0]?.requestContext.connectionId,
      },
    });
  });

  test("opens without a $connect route", async () => {
    await using api = await open({});
    await connect(api.url);
  });

  test("rejects with the status of $connect, with 502 when it fails or has none, with 403 off the stage", async () => {
    let result: unknown;
    await using api = await open({ routes: lifecycle, answer: () => result });
    result = { statusCode: 401 };
    expect(await statusOf(api.url)).toBe(401);
    result = new RangeError("no");
    expect(await statusOf(api.url)).toBe(502);
    result = {};
    expect(await statusOf(api.url)).toBe(502);
    expect(await statusOf(api.url.replace("prod", "test"))).toBe(403);
    expect(api.events.map((event) => event.kind === "socket-refused" && event.statusCode)).toEqual([
      401, 502, 502, 403,
    ]);
  });

  test("rejects with 403 where the route is closed, and asks the authorizer it is given", async () => {
    const routes = [route("$connect", { authorizationType: "AWS_IAM" })];
    await using closed = await open({ routes });
    expect(await statusOf(closed.url)).toBe(403);
    expect(closed.calls).toEqual([]);
    const authorize: Authorize = async () => ({ kind: "allowed", context: { principalId: "ada" } });
    await using opened = await open({ routes, authorize });
    await connect(opened.url);
    expect(opened.calls).toMatchObject([{ requestContext: { authorizer: { principalId: "ada" } } }]);
  });

  test("speaks the subprotocol that $connect chooses", async () => {
    const answer = (): unknown => ({ statusCode: 200, headers: { "Sec-WebSocket-Protocol": "v2" } });
    await using api = await open({ routes: lifecycle, answer });
    expect((await connect(api.url, ["v1", "v2"])).protocol).toBe("v2");
  });

  test("is over when the gateway ends before $connect does", async () => {
    const gateway = await open({ routes: lifecycle, answer: () => new Promise(() => undefined) });
    const socket = new WebSocket(gateway.url);
    const failed = once(socket, "error");
    await gateway.call("$connect");
    // behind a socket that nobody reads, the server would wait for ever
    await gateway[Symbol.asyncDispose]();
    expect(String(await failed)).toContain("socket hang up");
  });

  test("ends a connection whose client has left before $connect is over, so that the gateway can end", async () => {
    const connecting = Promise.withResolvers<undefined>();
    const api = await open({
      routes: [route("$connect"), route("$disconnect")],
      answer: ({ requestContext }) => (requestContext.routeKey === "$connect" ? connecting.promise : undefined),
    });
    const client = createConnection(Number(new URL(api.url).port), "127.0.0.1");
    client.write(
      "GET /prod HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    const closed = once(client.resume(), "close");
    await api.call("$connect");
    // All that is heard of a process that is gone; the gateway must have read it.
    client.end();
    await new Promise((resolve) => setTimeout(resolve, 50));
    connecting.resolve(undefined);
    await api.call("$disconnect");
    await closed;
    await api[Symbol.asyncDispose]();
  });

  test("closes a socket that is idle or too old", async () => {
    for (const limits of [{ idleMs: durationMs(30) }, { connectionMs: durationMs(30) }]) {
      await using api = await open({ routes: lifecycle, limits });
      expect(await closeCode(await connect(api.url))).toBe(1001);
    }
  });
});

describe("a Lambda authorizer", () => {
  const authorizer = (identitySources: readonly string[]): RouteSpec["authorizer"] => ({
    fn: localFunction("socket", { name: "authorizer" }),
    identitySources,
  });
  const routesBehind = (identitySources: readonly string[]) => [
    route("$connect", { authorizationType: "CUSTOM", authorizer: authorizer(identitySources) }),
    route("$disconnect"),
  ];
  const policy = (Effect: string, Resource: unknown, more: object = {}) => ({
    principalId: "ada",
    policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource }] },
    ...more,
  });
  const METHOD_ARN = "arn:aws:execute-api:us-east-1:123456789012:api1234567/prod/$connect";
  const isAsked = (event: Event): boolean => event["type"] === "REQUEST";

  test("refuses with 401 who lacks an identity source, by the writing of its name, and asks no function", async () => {
    const routes = routesBehind(["route.request.header.Sec-WebSocket-Protocol", "route.request.querystring.tag"]);
    await using api = await open({ routes, answer: () => policy("Allow", "*") });
    expect(await statusOf(api.url)).toBe(401);
    expect(await statusOf(`${api.url}?tag=1`)).toBe(401);
    expect(await statusOf(`${api.url}?TAG=1`, ["v1"])).toBe(401);
    expect(api.calls).toEqual([]);
  });

  test("is given the handshake and the method's ARN, and what it says goes with every event", async () => {
    const answer = (event: Event): unknown => {
      if (isAsked(event)) return policy("Allow", METHOD_ARN, { context: { plan: "gold", seats: 3 } });
      return { statusCode: 200, headers: { "Sec-WebSocket-Protocol": "v1" } };
    };
    await using api = await open({ routes: routesBehind(["route.request.header.Sec-WebSocket-Protocol"]), answer });
    const socket = await connect(api.url, ["v1", "secret"]);
    expect(socket.protocol).toBe("v1");
    expect(api.calls[0]).toMatchObject({
      type: "REQUEST",
      methodArn: METHOD_ARN,
      headers: { "Sec-WebSocket-Protocol": "v1,secret" },
      requestContext: { routeKey: "$connect", eventType: "CONNECT", identity: { sourceIp: "127.0.0.1" } },
    });
    socket.close();
    const said = { principalId: "ada", plan: "gold", seats: 3, integrationLatency: expect.any(Number) };
    expect(api.calls[1]).toMatchObject({ requestContext: { authorizer: said } });
    expect(await api.call("$disconnect")).toMatchObject({ requestContext: { authorizer: said } });
  });

  test.each([
    ["allows", policy("Allow", "arn:aws:execute-api:*:123456789012:*/prod/*"), "open"],
    ["denies", policy("Deny", METHOD_ARN), 403],
    ["allows something else", policy("Allow", METHOD_ARN.replace("prod", "test")), 403],
    ["answers nothing of the kind", { isAuthorized: true }, 500],
    ["has a context that is not flat", policy("Allow", "*", { context: { deep: {} } }), 500],
    ["says Unauthorized", new Error("Unauthorized"), 401],
    ["fails otherwise", new RangeError("no"), 500],
  ])("that %s is obeyed", async (_, said, outcome) => {
    const answer = (event: Event): unknown => (isAsked(event) ? said : { statusCode: 200 });
    await using api = await open({ routes: routesBehind([]), answer });
    if (outcome === "open") await connect(api.url);
    else expect(await statusOf(api.url)).toBe(outcome);
  });

  test("is asked for each client anew", async () => {
    const answer = (event: Event): unknown => (isAsked(event) ? policy("Allow", "*") : { statusCode: 200 });
    await using api = await open({ routes: routesBehind([]), answer });
    await Promise.all([connect(api.url), connect(api.url), connect(api.url)]);
    expect(api.calls.filter(isAsked)).toHaveLength(3);
  });
});

describe("a stage's throttle", () => {
  test("refuses connections with 429 once its burst is spent", async () => {
    await using api = await open({ routes: [route("$connect")], throttle: { ratePerSecond: 0.001, burst: 2 } });
    await connect(api.url);
    await connect(api.url);
    expect(await statusOf(api.url)).toBe(429);
    expect(api.calls).toHaveLength(2);
  });

  test("counts messages too, and answers those beyond it in API Gateway's words", async () => {
    await using api = await open({ routes: [route("$default")], throttle: { ratePerSecond: 0.001, burst: 2 } });
    const socket = await connect(api.url);
    const answer = nextMessage(socket);
    socket.send("one");
    socket.send("two");
    expect(JSON.parse(await answer)).toMatchObject({ message: "Too Many Requests", connectionId: /=$/ });
    expect(api.calls).toHaveLength(1);
  });
});

describe("a message to a WebSocket API", () => {
  test("goes to the route it names, and to $default where there is none", async () => {
    await using api = await open({ routes: lifecycle });
    const socket = await connect(api.url);
    for (const body of ['{"action":"subscribe"}', '{"action":"other"}', "no json", '{"action":"$connect"}'])
      socket.send(body);
    while (api.calls.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(api.calls.slice(1).map(({ body, requestContext }) => [body, requestContext.routeKey])).toEqual([
      ['{"action":"subscribe"}', "subscribe"],
      ['{"action":"other"}', "$default"],
      ["no json", "$default"],
      ['{"action":"$connect"}', "$default"],
    ]);
    expect(api.calls[1]).not.toHaveProperty("headers");
  });

  test("is answered by a route that returns its response, and by API Gateway when its function fails", async () => {
    const answer = ({ body }: Event): unknown =>
      body === "fail" ? new RangeError("no") : { statusCode: 200, body: `heard ${body}` };
    await using api = await open({ routes: [route("$default", { returnsResponse: true })], answer });
    const socket = await connect(api.url);
    const heard = nextMessage(socket);
    socket.send("hello");
    expect(await heard).toBe("heard hello");
    const failed = nextMessage(socket);
    socket.send("fail");
    expect(JSON.parse(await failed)).toMatchObject({ message: "Internal server error", connectionId: /=$/ });
  });

  test("is refused without a route to take it", async () => {
    await using api = await open({});
    const socket = await connect(api.url);
    const answer = nextMessage(socket);
    socket.send("{}");
    expect(JSON.parse(await answer)).toMatchObject({ message: "Forbidden" });
  });

  test("closes the socket with 1003 when it is binary, with 1009 when a frame passes 32 KB or the whole 128 KB", async () => {
    await using api = await open({ routes: lifecycle });
    const [binary, frame, whole] = [await connect(api.url), await connect(api.url), await connect(api.url)];
    const codes = Promise.all([binary, frame, whole].map(closeCode));
    binary.send(Buffer.from("{}"));
    frame.send("x".repeat(32_769));
    for (let part = 0; part < 5; part++) whole.send("x".repeat(32_000), { fin: part === 4 });
    expect(await codes).toEqual([1003, 1009, 1009]);
    expect(api.calls.filter(({ body }) => body !== undefined)).toEqual([]);
  });

  test("may have 128 KB in frames of 32 KB", async () => {
    await using api = await open({ routes: lifecycle });
    const socket = await connect(api.url);
    for (let part = 0; part < 4; part++) socket.send("x".repeat(32_768), { fin: part === 3 });
    expect((await api.call("$default")).body).toHaveLength(131_072);
  });
});

describe("@connections", () => {
  test("posts to a socket, tells of it and closes it", async () => {
    await using api = await open({ routes: lifecycle });
    const socket = await connect(api.url);
    const ConnectionId = api.calls[0]?.requestContext.connectionId;
    const message = nextMessage(socket);
    await api.management.send(new PostToConnectionCommand({ ConnectionId, Data: "grüß dich" }));
    expect(await message).toBe("grüß dich");
    const about = await api.management.send(new GetConnectionCommand({ ConnectionId }));
    expect(about.Identity?.SourceIp).toBe("127.0.0.1");
    expect(about.LastActiveAt?.getTime()).toBeGreaterThanOrEqual(about.ConnectedAt?.getTime() ?? Infinity);
    const code = closeCode(socket);
    await api.management.send(new DeleteConnectionCommand({ ConnectionId }));
    expect(await code).toBe(1000);
    await expect(api.management.send(new PostToConnectionCommand({ ConnectionId, Data: "x" }))).rejects.toMatchObject({
      name: "GoneException",
      $metadata: { httpStatusCode: 410 },
    });
  });

  test("is gone for a socket that does not exist yet", async () => {
    const errors: unknown[] = [];
    await using api = await open({ routes: [route("$default")] });
    const post = new PostToConnectionCommand({ ConnectionId: "never=", Data: "x" });
    await api.management.send(post).catch((error: unknown) => errors.push(error));
    expect(errors).toMatchObject([{ name: "GoneException" }]);
  });

  test("refuses more than 128 KB with 413, and a slow client with 429", async () => {
    await using api = await open({ routes: lifecycle });
    const socket = await connect(api.url);
    const ConnectionId = api.calls[0]?.requestContext.connectionId;
    const post = (Data: string): Promise<unknown> =>
      api.management.send(new PostToConnectionCommand({ ConnectionId, Data }), {
        abortSignal: AbortSignal.timeout(5_000),
      });
    await expect(post("x".repeat(131_073))).rejects.toMatchObject({ name: "PayloadTooLargeException" });
    socket.pause();
    const limited = async (): Promise<unknown> => {
      for (;;) await post("x".repeat(131_072));
    };
    await expect(limited()).rejects.toMatchObject({ name: "LimitExceededException" });
    socket.terminate();
  });

  test("answers without the stage too, and nothing else", async () => {
    await using api = await open({ routes: lifecycle });
    const base = api.url.replace("ws:", "http:").replace("/prod", "");
    const statuses = ["/@connections/x", "/prod/@connections/%ff", "/other"].map(
      async (path) => (await fetch(base + path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([410, 403, 403]);
  });
});

test("a port that is taken is told in one sentence", async () => {
  const { server, host } = await openLoopbackServer(0);
  const port = Number(host.split(":")[1]);
  await expect(openLoopbackServer(port)).rejects.toMatchObject({
    code: "TAPE_PORT_IN_USE",
    message: `port ${port} must be free, but another program listens on it: stop that program or choose another port`,
  });
  server.close();
});
