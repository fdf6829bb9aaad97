import { describe, expect, test } from "vitest";
import { localFunction } from "./fixtures/mapping.ts";
import type { RouteSpec } from "./gateway-spec.ts";
import { connect, type Event, nextMessage, openGateway, route, statusOf } from "./fixtures/websocket.ts";

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
    await using api = await openGateway({ routes, answer: () => policy("Allow", "*") });
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
    await using api = await openGateway({
      routes: routesBehind(["route.request.header.Sec-WebSocket-Protocol"]),
      answer,
    });
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
    await using api = await openGateway({ routes: routesBehind([]), answer });
    if (outcome === "open") await connect(api.url);
    else expect(await statusOf(api.url)).toBe(outcome);
  });

  test("is asked for each client anew", async () => {
    const answer = (event: Event): unknown => (isAsked(event) ? policy("Allow", "*") : { statusCode: 200 });
    await using api = await openGateway({ routes: routesBehind([]), answer });
    await Promise.all([connect(api.url), connect(api.url), connect(api.url)]);
    expect(api.calls.filter(isAsked)).toHaveLength(3);
  });
});

describe("a stage's throttle", () => {
  test("refuses connections with 429 once its burst is spent", async () => {
    await using api = await openGateway({ routes: [route("$connect")], throttle: { ratePerSecond: 0.001, burst: 2 } });
    await connect(api.url);
    await connect(api.url);
    expect(await statusOf(api.url)).toBe(429);
    expect(api.calls).toHaveLength(2);
  });

  test("counts messages too, and answers those beyond it in API Gateway's words", async () => {
    await using api = await openGateway({ routes: [route("$default")], throttle: { ratePerSecond: 0.001, burst: 2 } });
    const socket = await connect(api.url);
    const answer = nextMessage(socket);
    socket.send("one");
    socket.send("two");
    expect(JSON.parse(await answer)).toMatchObject({ message: "Too Many Requests", connectionId: /=$/ });
    expect(api.calls).toHaveLength(1);
  });
});
