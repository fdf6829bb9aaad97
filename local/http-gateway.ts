import { randomUUID } from "node:crypto";
import { STATUS_CODES, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { openTokenVerifier } from "#adapters/jwt/token-verifier.ts";
import type { TokenVerifier } from "#core/ports/token-verifier.ts";
import { ACCOUNT_ID } from "./attributes.ts";
import { FunctionError, ThrottledError } from "./function-error.ts";
import type { CorsSpec, HttpApiSpec, RouteSpec, TokenSpec } from "./gateway-spec.ts";
import { objectOf, parseObject } from "./json.ts";
import { openLoopbackServer } from "./loopback-server.ts";
import type { InvokeFunction } from "./route-call.ts";
import { Throttle } from "./throttle.ts";
import type { CloudClock } from "./wall-clock.ts";

export interface HttpGatewayOptions {
  readonly spec: HttpApiSpec;
  readonly invoke: InvokeFunction;
  readonly clock: CloudClock;
}

export interface HttpGateway extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
}

interface Answer {
  readonly statusCode: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: string;
}

/**
 * Serves an HTTP API on a free port: routes of a method and a fixed path that lead to functions, in the payload format 2.0,
 * its stage's throttle and its CORS settings. A route that asks for a token gets it checked by the issuer's keys, as its JWT
 * authorizer says; of the token's claims, its function is told `sub` alone. Other routes that ask for something are closed.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const openHttpGateway = async ({ spec, invoke, clock }: HttpGatewayOptions): Promise<HttpGateway> => {
  const { server, host, hangUp } = await openLoopbackServer(0);
  const throttle = new Throttle(spec.throttle, clock);
  const authorize = createAuthorizeRequest();
  const base = spec.stage === "$default" ? "" : `/${spec.stage}`;
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const [path = "/"] = (request.url ?? "/").split("?");
    const route = path.startsWith(base) && spec.routes.get(`${request.method} ${path.slice(base.length)}`);
    if (!route) return plain(404);
    if (!throttle.take()) return plain(429, "Too Many Requests");
    const subject = await authorize(route, request);
    if (subject === undefined) return plain(401);
    return call(invoke, route, await eventOf(spec, route, request, { nowMs: clock.nowMs(), subject }));
  };
  server.on("request", (request, response) => {
    const { origin } = request.headers;
    const cors = spec.cors?.origins.includes(origin ?? "") === true ? spec.cors : undefined;
    if (cors !== undefined && request.method === "OPTIONS") {
      write(response, preflightOf(cors, origin));
      return;
    }
    void answerTo(request)
      .catch(() => plain(500))
      .then((answer) => write(response, answer, cors === undefined ? {} : { "access-control-allow-origin": origin }));
  });
  return {
    url: `http://${host}${base}`,
    [Symbol.asyncDispose]: async () => {
      hangUp();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

type AuthorizeRequest = (route: RouteSpec, request: IncomingMessage) => Promise<string | undefined>;

/** Says who asks, with empty text where nobody has to say it; undefined for who may not. */
const createAuthorizeRequest = (): AuthorizeRequest => {
  const verifiers = new Map<TokenSpec, TokenVerifier>();
  return async ({ authorizationType, tokens }, { headers }) => {
    if (authorizationType === "NONE") return "";
    const token = /^Bearer +(.+)$/i.exec(headers.authorization ?? "")?.[1];
    if (tokens === undefined || token === undefined) return undefined;
    const verifier = verifiers.get(tokens) ?? openTokenVerifier(tokens);
    verifiers.set(tokens, verifier);
    const reading = await verifier.verify(token);
    return reading.kind === "valid" ? reading.subject : undefined;
  };
};

const plain = (statusCode: number, message = STATUS_CODES[statusCode]): Answer => ({
  statusCode,
  body: JSON.stringify({ message }),
});

const write = (response: ServerResponse, { statusCode, headers, body }: Answer, more: OutgoingHttpHeaders = {}): void =>
  void response.writeHead(statusCode, { "content-type": "application/json", ...headers, ...more }).end(body);

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
const preflightOf = ({ methods, headers, maxAgeSeconds }: CorsSpec, origin: string | undefined): Answer => ({
  statusCode: 204,
  headers: {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": methods.join(","),
    "access-control-allow-headers": headers.join(","),
    "access-control-max-age": String(maxAgeSeconds),
  },
  body: "",
});

const eventOf = async (
  { apiId, stage }: HttpApiSpec,
  { routeKey, tokens }: RouteSpec,
  request: IncomingMessage,
  { nowMs, subject }: { readonly nowMs: number; readonly subject: string },
): Promise<object> => {
  const [rawPath, rawQueryString = ""] = (request.url ?? "/").split("?");
  const domainName = request.headers.host ?? "localhost";
  const body = await text(request);
  return {
    version: "2.0",
    routeKey,
    rawPath,
    rawQueryString,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(",")]),
    ),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId,
      ...(tokens === undefined ? {} : { authorizer: { jwt: { claims: { sub: subject }, scopes: null } } }),
      domainName,
      domainPrefix: domainName.split(".")[0],
      http: {
        method: request.method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress,
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey,
      stage,
      timeEpoch: nowMs,
    },
    ...(body === "" ? {} : { body }),
    isBase64Encoded: false,
  };
};

/** What a function returns without a statusCode is the body of an answer with 200. */
const call = async (invoke: InvokeFunction, { fn }: RouteSpec, event: object): Promise<Answer> => {
  try {
    const result = await invoke(fn, JSON.stringify(event));
    const { statusCode, headers, body } = parseObject(result) ?? {};
    if (statusCode === undefined) return { statusCode: 200, body: result };
    return {
      statusCode: Number(statusCode),
      headers: objectOf(headers) as OutgoingHttpHeaders,
      body: typeof body === "string" ? body : "",
    };
  } catch (error) {
    if (error instanceof FunctionError || error instanceof ThrottledError) return plain(500);
    throw error;
  }
};
