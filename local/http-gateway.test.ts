import { expect, test } from "vitest";
import { openTokenIssuer } from "#test/token-issuer.ts";
import { localFunction } from "./fixtures/mapping.ts";
import { FunctionError } from "./function-error.ts";
import type { HttpApiSpec, RouteSpec } from "./gateway-spec.ts";
import { openHttpGateway } from "./http-gateway.ts";
import { wallClock } from "./wall-clock.ts";

const route = (routeKey: string, authorizationType = "NONE"): readonly [string, RouteSpec] => [
  routeKey,
  { routeKey, fn: localFunction("socket"), authorizationType, authorizer: undefined, returnsResponse: false },
];

const open = async (answer: (event: unknown) => unknown, given: Partial<HttpApiSpec> = {}) => {
  const routes = new Map([route("POST /things"), route("GET /closed", "JWT")]);
  const spec = { apiId: "http123456", stage: "$default", routes, throttle: undefined, cors: undefined, ...given };
  return openHttpGateway({
    spec,
    invoke: async (fn, event) => {
      const result = await answer(JSON.parse(event));
      if (result instanceof Error)
        throw new FunctionError(fn.name, "1", { errorType: result.name, errorMessage: result.message, trace: [] });
      return JSON.stringify(result);
    },
    clock: wallClock,
  });
};

const told = async (response: Response): Promise<unknown> => [response.status, await response.json()];

test("a route's function is given the payload format 2.0, and what it returns is the answer", async () => {
  const events: unknown[] = [];
  await using api = await open((event) => {
    events.push(event);
    return { statusCode: 201, headers: { "x-made": "yes" }, body: '{"made":true}' };
  });
  const response = await fetch(`${api.url}/things?tag=1`, { method: "POST", headers: { Origin: "a" }, body: "{}" });
  expect([response.headers.get("x-made"), await told(response)]).toEqual(["yes", [201, { made: true }]]);
  expect(events).toMatchObject([
    {
      version: "2.0",
      routeKey: "POST /things",
      rawPath: "/things",
      rawQueryString: "tag=1",
      headers: { origin: "a" },
      requestContext: {
        apiId: "http123456",
        stage: "$default",
        http: { method: "POST", path: "/things", sourceIp: "127.0.0.1" },
      },
      body: "{}",
      isBase64Encoded: false,
    },
  ]);
});

test("what is no answer by its form is the body of one", async () => {
  await using api = await open(() => ({ made: true }));
  expect(await told(await fetch(`${api.url}/things`, { method: "POST" }))).toEqual([200, { made: true }]);
});

test("rejects what no route is for, needs a token, fails, or is too much, in API Gateway's words", async () => {
  let result: unknown = { statusCode: 200, body: "{}" };
  await using api = await open(() => result, { throttle: { ratePerSecond: 0.001, burst: 3 } });
  const post = async () => told(await fetch(`${api.url}/things`, { method: "POST" }));
  expect(await told(await fetch(`${api.url}/things`))).toEqual([404, { message: "Not Found" }]);
  expect(await told(await fetch(`${api.url}/closed`))).toEqual([401, { message: "Unauthorized" }]);
  expect(await post()).toEqual([200, {}]);
  result = new RangeError("no");
  expect(await post()).toEqual([500, { message: "Internal Server Error" }]);
  expect(await post()).toEqual([429, { message: "Too Many Requests" }]);
});

test("a route that asks for a token of an issuer is open to who shows one, and its function is told who that is", async () => {
  await using issuer = await openTokenIssuer();
  const [routeKey, spec] = route("GET /closed", "JWT");
  const tokens = { issuer: issuer.url, audiences: ["tape"] };
  const events: { requestContext: { authorizer: unknown } }[] = [];
  await using api = await open(
    (event) => {
      events.push(event as (typeof events)[number]);
      return {};
    },
    { routes: new Map([[routeKey, { ...spec, tokens }]]) },
  );
  const ask = async (authorization: string) =>
    (await fetch(`${api.url}/closed`, { headers: { authorization } })).status;
  expect(await ask(`Bearer ${issuer.tokenOf()}`)).toBe(200);
  expect(events.map(({ requestContext }) => requestContext.authorizer)).toEqual([
    { jwt: { claims: { sub: "ada" }, scopes: null } },
  ]);
  expect(await ask("")).toBe(401);
  expect(await ask(issuer.tokenOf())).toBe(401);
  expect(await ask(`Bearer ${issuer.tokenOf({ claims: { aud: "elsewhere" } })}`)).toBe(401);
  issuer.isUp = false;
  expect(await ask(`Bearer ${issuer.tokenOf({ header: { kid: "two" } })}`)).toBe(500);
  expect(events).toHaveLength(1);
});

test("pages of allowed origins may read answers, after a preflight, and others may not", async () => {
  const cors = { origins: ["https://a.example"], methods: ["POST"], headers: ["authorization"], maxAgeSeconds: 60 };
  await using api = await open(() => ({}), { cors });
  const ask = async (method: string, origin: string) => {
    const response = await fetch(`${api.url}/things`, { method, headers: { origin } });
    return [response.status, response.headers.get("access-control-allow-origin")];
  };
  expect(await ask("OPTIONS", "https://a.example")).toEqual([204, "https://a.example"]);
  expect(await ask("POST", "https://a.example")).toEqual([200, "https://a.example"]);
  expect(await ask("OPTIONS", "https://b.example")).toEqual([404, null]);
  expect(await ask("POST", "https://b.example")).toEqual([200, null]);
});
