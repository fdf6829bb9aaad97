import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { ConnectionCloser } from "#core/ports/connection-closer.ts";
import { ANSWER_TIMEOUT_MS, CONNECT_TIMEOUT_MS, unavailable } from "./failures.ts";

export interface ConnectionCloserOptions {
  /** The base URL of the stage: `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. */
  readonly managementEndpoint: string;
}

/**
 * Ends connections of an API Gateway WebSocket API through the SDK's client. It is rarely needed, so there is none before.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export const openConnectionCloser = ({
  managementEndpoint: endpoint,
}: ConnectionCloserOptions): ConnectionCloser & AsyncDisposable => {
  let client: ApiGatewayManagementApiClient | undefined;
  const requestHandler = { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: ANSWER_TIMEOUT_MS };
  return {
    close: async (ConnectionId) => {
      client ??= new ApiGatewayManagementApiClient({
        endpoint,
        requestHandler: new NodeHttpHandler({ ...requestHandler, throwOnRequestTimeout: true }),
      });
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId }));
      } catch (cause) {
        if (cause instanceof GoneException) return;
        throw unavailable(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause });
      }
    },
    [Symbol.asyncDispose]: async () => client?.destroy(),
  };
};
