import { PipelineError } from "#core/errors.ts";
import type { Application, Resource } from "./application.ts";
import { refOf } from "./attributes.ts";
import type { FunctionCatalog, LocalFunction } from "./function-spec.ts";
import { isObject, listOf, objectOf, type JsonObject } from "./json.ts";
import { textProperty, unsupported } from "./property.ts";
import { readThrottle, type ThrottleSpec } from "./throttle.ts";

export interface RouteSpec {
  /** `$connect`, `$disconnect`, `$default` or what the selection expression comes to. */
  readonly routeKey: string;
  readonly fn: LocalFunction;
  /** `NONE`, `AWS_IAM`, `JWT` or `CUSTOM`. */
  readonly authorizationType: string;
  /** Set if the type is `CUSTOM`. */
  readonly authorizer: AuthorizerSpec | undefined;
  /** Set if the type is `JWT`. */
  readonly tokens?: TokenSpec | undefined;
  /** The function's body is sent back to the client. */
  readonly returnsResponse: boolean;
}

/** A REQUEST authorizer. */
export interface AuthorizerSpec {
  readonly fn: LocalFunction;
  /** Such as `route.request.header.Auth`; a client that lacks one is refused unheard. */
  readonly identitySources: readonly string[];
}

/** A JWT authorizer, which takes tokens of one issuer from the header `Authorization`. */
export interface TokenSpec {
  readonly issuer: string;
  readonly audiences: readonly string[];
}

/** A WebSocket API. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html */
export interface GatewaySpec {
  readonly apiId: string;
  readonly stage: string;
  /** The members of the message body that lead to the route key: `$request.body.action` is `["action"]`. */
  readonly selectionPath: readonly string[];
  readonly routes: ReadonlyMap<string, RouteSpec>;
  /** Undefined: none. */
  readonly throttle: ThrottleSpec | undefined;
}

/** An HTTP API. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html */
export interface HttpApiSpec {
  readonly apiId: string;
  /** `$default` is no part of paths. */
  readonly stage: string;
  /** By `METHOD /path`. */
  readonly routes: ReadonlyMap<string, RouteSpec>;
  readonly throttle: ThrottleSpec | undefined;
  readonly cors: CorsSpec | undefined;
}

/** Which pages of other origins may read answers. */
export interface CorsSpec {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly maxAgeSeconds: number;
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
  const routes = readRoutes(ofApi, functions);
  return { apiId, stage: stage.name, selectionPath: path.split("."), routes, throttle: readThrottle(stage) };
};

/**
 * The application's HTTP API, undefined without one.
 * @throws PipelineError TAPE_CONFIG_INVALID for a second one, or an integration that is no function
 */
export const readHttpApi = (application: Application, functions: FunctionCatalog): HttpApiSpec | undefined => {
  const isHttp = (api: Resource): boolean => api.properties()["ProtocolType"] === "HTTP";
  const api = only(application.resources("AWS::ApiGatewayV2::Api").filter(isHttp), "HTTP API");
  if (api === undefined) return undefined;
  const apiId = refOf(api);
  const ofApi = (type: string): readonly Resource[] =>
    application.resources(type).filter((resource) => resource.properties()["ApiId"] === apiId);
  const stage = only(ofApi("AWS::ApiGatewayV2::Stage"), "stage of its HTTP API");
  if (stage === undefined) return unsupported(api, "must have a stage, had none");
  const routes = readRoutes(ofApi, functions);
  return { apiId, stage: stage.name, routes, throttle: readThrottle(stage), cors: readCors(api) };
};

const readCors = (api: Resource): CorsSpec | undefined => {
  const cors = api.properties()["CorsConfiguration"];
  if (!isObject(cors)) return undefined;
  const textsOf = (name: string): readonly string[] => listOf(cors[name]).map(String);
  return {
    origins: textsOf("AllowOrigins"),
    methods: textsOf("AllowMethods"),
    headers: textsOf("AllowHeaders"),
    maxAgeSeconds: Number(cors["MaxAge"] ?? 0),
  };
};

type ResourcesOfApi = (type: string) => readonly Resource[];

const readRoutes = (ofApi: ResourcesOfApi, functions: FunctionCatalog): ReadonlyMap<string, RouteSpec> =>
  new Map(
    ofApi("AWS::ApiGatewayV2::Route").map((resource) => {
      const route = readRoute(resource, ofApi, functions);
      return [route.routeKey, route];
    }),
  );

const readAuthorizer = (authorizer: Resource, functions: FunctionCatalog): AuthorizerSpec => {
  const properties = authorizer.properties();
  const type = textProperty(authorizer, properties, "AuthorizerType");
  if (type !== "REQUEST") return unsupported(authorizer, `must be a REQUEST authorizer, was ${type}`);
  const identitySources = listOf(properties["IdentitySource"]).map(String);
  const odd = identitySources.find((source) => !/^route\.request\.(header|querystring)\./.test(source));
  if (odd !== undefined)
    return unsupported(authorizer, `must go by headers or the query on this machine, goes by ${odd}`);
  return { fn: functions.find(functionArnOf(authorizer, properties, "AuthorizerUri")), identitySources };
};

const readTokens = (authorizer: Resource): TokenSpec => {
  const { IdentitySource, JwtConfiguration } = authorizer.properties();
  const { Issuer, Audience } = objectOf(JwtConfiguration);
  const sources = listOf(IdentitySource).map(String);
  if (sources.join() !== "$request.header.Authorization")
    return unsupported(authorizer, `must take tokens from the header Authorization, takes them from ${sources.join()}`);
  return { issuer: String(Issuer), audiences: listOf(Audience).map(String) };
};

const readRoute = (route: Resource, ofApi: ResourcesOfApi, functions: FunctionCatalog): RouteSpec => {
  const properties = route.properties();
  const target = textProperty(route, properties, "Target");
  const integration = ofApi("AWS::ApiGatewayV2::Integration").find((one) => target === `integrations/${refOf(one)}`);
  if (integration === undefined) return unsupported(route, `must have an integration as its target, had ${target}`);
  const { AuthorizationType = "NONE", AuthorizerId } = properties;
  const authorizer = ofApi("AWS::ApiGatewayV2::Authorizer").find((one) => refOf(one) === AuthorizerId);
  const isOf = (type: string): boolean => AuthorizationType === type && authorizer !== undefined;
  return {
    routeKey: textProperty(route, properties, "RouteKey"),
    fn: functions.find(functionArnOf(integration, integration.properties(), "IntegrationUri")),
    authorizationType: String(AuthorizationType),
    authorizer: isOf("CUSTOM") ? readAuthorizer(authorizer!, functions) : undefined,
    tokens: isOf("JWT") ? readTokens(authorizer!) : undefined,
    returnsResponse: properties["RouteResponseSelectionExpression"] === "$default",
  };
};

/** A URI names a function as an invocation of Lambda's API, or, in an HTTP API, by its ARN alone. */
const functionArnOf = (owner: Resource, properties: JsonObject, name: string): string => {
  const uri = textProperty(owner, properties, name);
  const [, inPath, alone] = /\/functions\/(arn:.*)\/invocations$|^(arn:[^/]+)$/.exec(uri) ?? [];
  return inPath ?? alone ?? unsupported(owner, `must invoke a function, has the URI ${uri}`);
};
