/**
 * What API Gateway hands to the function behind a route of a WebSocket API, as far as it is read here.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export interface SocketEvent {
  readonly requestContext: {
    readonly connectionId: string;
    /** Set by a Lambda authorizer. */
    readonly authorizer?: { readonly principalId?: string };
  };
  /** Those of the handshake; on `$connect` alone, in the client's writing. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** The client's message; absent on `$connect` and `$disconnect`. */
  readonly body?: string | null;
}

/** On `$connect`, 200 opens the socket. */
export interface SocketResponse {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What the event source mapping of a Kinesis stream hands over, as far as it is read here.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export interface UpdatesEvent {
  readonly Records: readonly {
    /** `shardId:sequenceNumber`. */
    readonly eventID: string;
    readonly kinesis: { /** Base64. */ readonly data: string };
  }[];
}
