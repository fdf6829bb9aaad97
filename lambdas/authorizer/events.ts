/** Headers by name, in the writing of whoever sent them. */
export type Headers = Readonly<Record<string, string | undefined>>;

/**
 * What API Gateway hands to the REQUEST authorizer of a WebSocket API, as far as it is read here.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export interface ConnectEvent {
  readonly methodArn: string;
  readonly headers?: Headers;
  readonly requestContext: {
    readonly connectionId: string;
    readonly identity?: { readonly sourceIp?: string };
  };
}

/**
 * What it answers.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export interface ConnectPolicy {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: "2012-10-17";
    readonly Statement: readonly [
      { readonly Action: "execute-api:Invoke"; readonly Effect: "Allow" | "Deny"; readonly Resource: string },
    ];
  };
}

/**
 * What API Gateway hands to the function behind a route of an HTTP API, as far as it is read here. Names of headers are
 * in lower case.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export interface HttpEvent {
  readonly headers?: Headers;
  readonly requestContext: {
    readonly http: { readonly sourceIp: string };
    /** Set where the route asks for a JSON Web Token. */
    readonly authorizer?: { readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> } };
  };
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The value of a header, whatever the writing of its name. */
export const headerOf = (headers: Headers | undefined, name: string): string | undefined =>
  Object.entries(headers ?? {}).find(([each]) => each.toLowerCase() === name)?.[1];

/** As much of an origin as goes into a log: whoever is refused pays nothing for its length. */
export const loggedOrigin = (origin: string): string => origin.slice(0, 128);
