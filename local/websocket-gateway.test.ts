import { once } from "node:events";
import { createConnection } from "node:net";
import { describe, expect, test } from "vitest";
import WebSocket from "ws";
import { durationMs } from "#core/units.ts";
import type { Authorize } from "./authorize.ts";
import {
  closeCode,
  connect,
  type Event,
  lifecycle,
  nextMessage,
  openGateway,
  route,
  statusOf,
} from "./fixtures/websocket.ts";

describe("connecting to a WebSocket API", () => {
  test("runs $connect before the socket opens, and $disconnect when it has closed", async () => {
    await using api = await openGateway({ routes: lifecycle });
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
    await using api = await openGateway({});
    await connect(api.url);
  });

  test("rejects with the status of $connect, with 502 when it fails or has none, with 403 off the stage", async () => {
    let result: unknown;
    await using api = await openGateway({ routes: lifecycle, answer: () => result });
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
    await using closed = await openGateway({ routes });
    expect(await statusOf(closed.url)).toBe(403);
    expect(closed.calls).toEqual([]);
    const authorize: Authorize = async () => ({ kind: "allowed", context: { principalId: "ada" } });
    await using opened = await openGateway({ routes, authorize });
    await connect(opened.url);
    expect(opened.calls).toMatchObject([{ requestContext: { authorizer: { principalId: "ada" } } }]);
  });

  test("speaks the subprotocol that $connect chooses", async () => {
    const answer = (): unknown => ({ statusCode: 200, headers: { "Sec-WebSocket-Protocol": "v2" } });
    await using api = await openGateway({ routes: lifecycle, answer });
    expect((await connect(api.url, ["v1", "v2"])).protocol).toBe("v2");
  });

  test("is over when the gateway ends before $connect does", async () => {
    const gateway = await openGateway({ routes: lifecycle, answer: () => new Promise(() => undefined) });
    const socket = new WebSocket(gateway.url);
    const failed = once(socket, "error");
    await gateway.call("$connect");
    // behind a socket that nobody reads, the server would wait for ever
    await gateway[Symbol.asyncDispose]();
    expect(String(await failed)).toContain("socket hang up");
  });

  test("ends a connection whose client has left before $connect is over, so that the gateway can end", async () => {
    const connecting = Promise.withResolvers<undefined>();
    const api = await openGateway({
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

  test("rejects a client that then stays, and still ends", async () => {
    const api = await openGateway({ routes: lifecycle });
    const client = createConnection({ port: Number(new URL(api.url).port), host: "127.0.0.1", allowHalfOpen: true });
    client.write("GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const closed = once(client, "close");
    await once(client.resume(), "end");
    // its own half is open, and the server would wait for it for ever
    await api[Symbol.asyncDispose]();
    client.end();
    await closed;
  });

  test("closes a socket that is idle or too old", async () => {
    for (const limits of [{ idleMs: durationMs(30) }, { connectionMs: durationMs(30) }]) {
      await using api = await openGateway({ routes: lifecycle, limits });
      expect(await closeCode(await connect(api.url))).toBe(1001);
    }
  });
});

describe("a message to a WebSocket API", () => {
  test("goes to the route it names, and to $default where there is none", async () => {
    await using api = await openGateway({ routes: lifecycle });
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
    await using api = await openGateway({ routes: [route("$default", { returnsResponse: true })], answer });
    const socket = await connect(api.url);
    const heard = nextMessage(socket);
    socket.send("hello");
    expect(await heard).toBe("heard hello");
    const failed = nextMessage(socket);
    socket.send("fail");
    expect(JSON.parse(await failed)).toMatchObject({ message: "Internal server error", connectionId: /=$/ });
  });

  test("is refused without a route to take it", async () => {
    await using api = await openGateway({});
    const socket = await connect(api.url);
    const answer = nextMessage(socket);
    socket.send("{}");
    expect(JSON.parse(await answer)).toMatchObject({ message: "Forbidden" });
  });

  test("closes the socket with 1003 when it is binary, with 1009 when a frame passes 32 KB or the whole 128 KB", async () => {
    await using api = await openGateway({ routes: lifecycle });
    const [binary, frame, whole] = [await connect(api.url), await connect(api.url), await connect(api.url)];
    const codes = Promise.all([binary, frame, whole].map(closeCode));
    binary.send(Buffer.from("{}"));
    frame.send("x".repeat(32_769));
    for (let part = 0; part < 5; part++) whole.send("x".repeat(32_000), { fin: part === 4 });
    expect(await codes).toEqual([1003, 1009, 1009]);
    expect(api.calls.filter(({ body }) => body !== undefined)).toEqual([]);
  });

  test("may have 128 KB in frames of 32 KB", async () => {
    await using api = await openGateway({ routes: lifecycle });
    const socket = await connect(api.url);
    for (let part = 0; part < 4; part++) socket.send("x".repeat(32_768), { fin: part === 3 });
    expect((await api.call("$default")).body).toHaveLength(131_072);
  });
});
