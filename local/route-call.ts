import { FunctionError, ThrottledError } from "./function-error.ts";
import type { RouteSpec } from "./gateway-spec.ts";
import { isObject, objectOf, parseObject, type JsonObject } from "./json.ts";
import type { LocalFunction } from "./function-spec.ts";

/** What a route's function said. */
export type RouteAnswer =
  | {
      readonly kind: "answered";
      readonly statusCode: number;
      readonly headers: JsonObject;
      readonly body: string | undefined;
    }
  /** It threw, or what it returned has no status code. */
  | { readonly kind: "failed"; readonly reason: string };

export type InvokeFunction = (fn: LocalFunction, event: string) => Promise<string>;

/**
 * Runs a route's function as a proxy integration does.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
 */
export const callRoute = async (invoke: InvokeFunction, route: RouteSpec, event: object): Promise<RouteAnswer> => {
  try {
    const response = parseObject(await invoke(route.fn, JSON.stringify(event)));
    const statusCode = Number(response?.["statusCode"]);
    if (!Number.isInteger(statusCode))
      return { kind: "failed", reason: "a function behind a route must return a statusCode" };
    const body = response?.["body"];
    return {
      kind: "answered",
      statusCode,
      headers: objectOf(response?.["headers"]),
      body: typeof body === "string" ? body : undefined,
    };
  } catch (error) {
    if (!(error instanceof FunctionError || error instanceof ThrottledError)) throw error;
    return { kind: "failed", reason: `${error.name}: ${error.message}` };
  }
};

/**
 * The route key that a message asks for; undefined when it has none, and for API Gateway's own keys, which start with `$`.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
 */
export const selectedRouteKey = (body: string, path: readonly string[]): string | undefined => {
  let value: unknown = parseObject(body);
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return typeof value === "string" && !value.startsWith("$") ? value : undefined;
};
