import { PipelineError } from "#core/errors.ts";
import type { Application, Resource } from "./application.ts";
import { refOf } from "./attributes.ts";
import type { FunctionCatalog, LocalFunction } from "./function-spec.ts";
import type { JsonObject } from "./json.ts";
import { textProperty, unsupported } from "./property.ts";

export interface RouteSpec {
  /** `$connect`, `$disconnect`, `$default` or what the selection expression comes to. */
  readonly routeKey: string;
  readonly fn: LocalFunction;
  /** `NONE`, `AWS_IAM` or `CUSTOM`. */
  readonly authorizationType: string;
  /** The authorizer's id, if the type is `CUSTOM`. */
  readonly authorizerId: string | undefined;
  /** The function's body is sent back to the client. */
  readonly returnsResponse: boolean;
}

/** A WebSocket API. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html */
export interface GatewaySpec {
  readonly apiId: string;
  readonly stage: string;
  /** The members of the message body that lead to the route key: `$request.body.action` is `["action"]`. */
  readonly selectionPath: readonly string[];
  readonly routes: ReadonlyMap<string, RouteSpec>;
}

const only = (resources: readonly Resource[], what: string): Resource | undefined => {
  const [first, ...others] = resources;
  if (others.length === 0) return first;
  const message = `the app must have at most one ${what} to run on this machine, has ${resources.length}`;
  throw new PipelineError("TAPE_CONFIG_INVALID", message);
};

/**
 * The application's WebSocket API, undefined without one.
 * @throws PipelineError TAPE_CONFIG_INVALID for a second one, or an integration that is no function
 */
export const readGateway = (application: Application, functions: FunctionCatalog): GatewaySpec | undefined => {
  const isWebSocket = (api: Resource): boolean => api.properties()["ProtocolType"] === "WEBSOCKET";
  const api = only(application.resources("AWS::ApiGatewayV2::Api").filter(isWebSocket), "WebSocket API");
  if (api === undefined) return undefined;
  const apiId = refOf(api);
  const ofApi = (type: string): readonly Resource[] =>
    application.resources(type).filter((resource) => resource.properties()["ApiId"] === apiId);
  const stage = only(ofApi("AWS::ApiGatewayV2::Stage"), "stage of its WebSocket API");
  if (stage === undefined) return unsupported(api, "must have a stage, had none");
  const expression = textProperty(api, api.properties(), "RouteSelectionExpression");
  const path = /^\$request\.body\.([\w.]+)$/.exec(expression)?.[1];
  if (path === undefined)
    return unsupported(api, `must select routes by a member of the body, selects by ${expression}`);
  const integrations = ofApi("AWS::ApiGatewayV2::Integration");
  const routes = ofApi("AWS::ApiGatewayV2::Route").map((route) => readRoute(route, integrations, functions));
  return {
    apiId,
    stage: stage.name,
    selectionPath: path.split("."),
    routes: new Map(routes.map((route) => [route.routeKey, route])),
  };
};

const readRoute = (route: Resource, integrations: readonly Resource[], functions: FunctionCatalog): RouteSpec => {
  const properties = route.properties();
  const target = textProperty(route, properties, "Target");
  const integration = integrations.find((candidate) => target === `integrations/${refOf(candidate)}`);
  if (integration === undefined) return unsupported(route, `must have an integration as its target, had ${target}`);
  return {
    routeKey: textProperty(route, properties, "RouteKey"),
    fn: functions.find(functionArnOf(integration, integration.properties())),
    authorizationType: typeof properties["AuthorizationType"] === "string" ? properties["AuthorizationType"] : "NONE",
    authorizerId: typeof properties["AuthorizerId"] === "string" ? properties["AuthorizerId"] : undefined,
    returnsResponse: properties["RouteResponseSelectionExpression"] === "$default",
  };
};

const functionArnOf = (integration: Resource, properties: JsonObject): string => {
  const uri = textProperty(integration, properties, "IntegrationUri");
  const match = /\/functions\/(arn:.*)\/invocations$/.exec(uri);
  return match?.[1] ?? unsupported(integration, `must invoke a function, has the URI ${uri}`);
};
