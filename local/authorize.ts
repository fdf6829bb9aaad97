import { ACCOUNT_ID, REGION } from "./attributes.ts";
import { FunctionError, ThrottledError } from "./function-error.ts";
import type { AuthorizerSpec, RouteSpec } from "./gateway-spec.ts";
import { isObject, listOf, objectOf, parseObject, type JsonObject } from "./json.ts";
import type { InvokeFunction } from "./route-call.ts";

/** What an authorizer says of a client that wants to connect. */
export type Authorization =
  /** `context` is given to every event of the connection. */
  | { readonly kind: "allowed"; readonly context: Readonly<Record<string, unknown>> | undefined }
  | { readonly kind: "refused"; readonly statusCode: 401 | 403 | 500; readonly reason: string };

/** Decides on `$connect`, before its function runs. `event` is what the function would be given. */
export type Authorize = (route: RouteSpec, event: object) => Promise<Authorization>;

/**
 * Decides as API Gateway does: a route without authorization is open; a client that lacks an identity source gets 401
 * before any function runs; the authorizer's policy lets in or refuses with 403; one that says "Unauthorized" refuses with
 * 401, and one that fails otherwise or answers in another form with 500. Nothing is kept for the next client. A route that
 * asks IAM is closed, as nobody can sign here.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export const createAuthorize =
  (invoke: InvokeFunction): Authorize =>
  async ({ authorizationType, authorizer }, event) => {
    if (authorizationType === "NONE") return { kind: "allowed", context: undefined };
    if (authorizationType !== "CUSTOM" || authorizer === undefined)
      return refused(403, `the route asks for ${authorizationType} authorization`);
    const missing = authorizer.identitySources.find((source) => !identityOf(source, event as JsonObject));
    if (missing !== undefined) return refused(401, `the identity source ${missing} must be there, was not`);
    return ask(invoke, authorizer, event as JsonObject);
  };

const refused = (statusCode: 401 | 403 | 500, reason: string): Authorization => ({
  kind: "refused",
  statusCode,
  reason,
});

/** Names are compared letter by letter. */
const identityOf = (source: string, event: JsonObject): unknown => {
  const [, place, name = ""] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  return objectOf(event[place === "header" ? "headers" : "queryStringParameters"])[name];
};

const ask = async (invoke: InvokeFunction, { fn }: AuthorizerSpec, event: JsonObject): Promise<Authorization> => {
  const { apiId, stage, routeKey } = objectOf(event["requestContext"]);
  const methodArn = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${String(apiId)}/${String(stage)}/${String(routeKey)}`;
  const startedAt = performance.now();
  try {
    const answer = parseObject(await invoke(fn, JSON.stringify({ type: "REQUEST", methodArn, ...event })));
    return judge(answer ?? {}, methodArn, Math.round(performance.now() - startedAt));
  } catch (error) {
    if (!(error instanceof FunctionError || error instanceof ThrottledError)) throw error;
    if (error.message === "Unauthorized") return refused(401, "the authorizer said Unauthorized");
    return refused(500, `the authorizer failed: ${error.name}: ${error.message}`);
  }
};

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const judge = (answer: JsonObject, methodArn: string, integrationLatency: number): Authorization => {
  const { principalId, policyDocument, context = {} } = answer;
  const isFlat = isObject(context) && Object.values(context).every((value) => typeof value !== "object");
  if (typeof principalId !== "string" || !isObject(policyDocument) || !isFlat)
    return refused(500, "the authorizer must answer with a principalId, a policyDocument and a flat context, did not");
  const statements = listOf(policyDocument["Statement"])
    .map(objectOf)
    .filter(({ Action, Resource }) => covers(Action, "execute-api:Invoke") && covers(Resource, methodArn));
  const isSaid = (effect: "Allow" | "Deny"): boolean => statements.some(({ Effect }) => Effect === effect);
  if (isSaid("Deny") || !isSaid("Allow")) return refused(403, "the authorizer did not allow it");
  return { kind: "allowed", context: { ...context, principalId, integrationLatency } };
};

/** Whether one of the patterns, in which `*` is any text and `?` any sign, is `value`. */
const covers = (patterns: unknown, value: string): boolean =>
  [patterns].flat().some((pattern) => {
    const escaped = String(pattern).replace(/[\\^$.|+()[\]{}]/g, "\\$&");
    return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(value);
  });
