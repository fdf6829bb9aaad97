import { once } from "node:events";
import { expect, test } from "vitest";
import WebSocket from "ws";
import type { GatewaySpec } from "#local/gateway-spec.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { wallClock } from "#local/wall-clock.ts";
import { openWebSocketGateway } from "#local/websocket-gateway.ts";
import { localFunction } from "#local/fixtures/mapping.ts";
import { ENVIRONMENT } from "#test/sink-stage.ts";
import { openConnectionCloser } from "./connection-closer.ts";
import { openMessageSink } from "./message-sink.ts";

/** The local gateway, and its one client. */
const openGateway = async () => {
  const server = await openLoopbackServer(0);
  const fn = localFunction("socket", { name: "$connect" });
  const about = {
    routeKey: "$connect",
    fn,
    authorizationType: "NONE",
    authorizer: undefined,
    returnsResponse: false,
  };
  const spec: GatewaySpec = {
    apiId: "api1234567",
    stage: "prod",
    selectionPath: ["action"],
    routes: new Map([["$connect", about]]),
    throttle: undefined,
  };
  const { promise, resolve } = Promise.withResolvers<string>();
  const gateway = openWebSocketGateway({
    server,
    spec,
    invoke: async (_, event) => {
      resolve((JSON.parse(event) as { requestContext: { connectionId: string } }).requestContext.connectionId);
      return '{"statusCode":200}';
    },
    authorize: async () => ({ kind: "allowed", context: undefined }),
    clock: wallClock,
    emit: () => {},
  });
  const client = new WebSocket(`ws://${server.host}/prod`);
  await once(client, "open");
  return {
    client,
    connectionId: await promise,
    managementEndpoint: `http://${server.host}/prod`,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
};

test.each(["lean", "sdk"] as const)("the local gateway takes what the %s client posts", async (socketClient) => {
  Object.assign(process.env, ENVIRONMENT);
  await using gateway = await openGateway();
  const { client, connectionId, managementEndpoint } = gateway;
  await using sink = openMessageSink({ socketClient, managementEndpoint, env: ENVIRONMENT, clock: wallClock });
  const messages = ['{"text":"Grüße, 😀"}', `"${"x".repeat(32_766)}"`];
  for (const message of messages) {
    const got = once(client, "message");
    expect(await sink.post(connectionId, message)).toBe("sent");
    expect(String((await got)[0])).toBe(message);
  }
  client.pause();
  const long = "x".repeat(131_072);
  let result = await sink.post(connectionId, long);
  while (result === "sent") result = await sink.post(connectionId, long);
  expect(result).toBe("busy");
  await expect(sink.post(connectionId, `${long}x`)).rejects.toThrow("PayloadTooLargeException");
  client.resume();
  const closed = once(client, "close");
  client.close();
  await closed;
  await expect.poll(() => sink.post(connectionId, "{}"), { timeout: 20_000, interval: 5 }).toBe("gone");
});

test("a connection that is ended from our side closes, and one that is gone is no error", async () => {
  Object.assign(process.env, ENVIRONMENT);
  await using gateway = await openGateway();
  await using closer = openConnectionCloser(gateway);
  const closed = once(gateway.client, "close");
  await closer.close(gateway.connectionId);
  expect((await closed)[0]).toBe(1000);
  await closer.close(gateway.connectionId);
  await using nobody = openConnectionCloser({ managementEndpoint: "http://127.0.0.1:1/prod" });
  await expect(nobody.close("a")).rejects.toMatchObject({ code: "TAPE_CONNECTION_UNAVAILABLE" });
});
