import {
  ApiGatewayManagementApiClient,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { PipelineError } from "#core/errors.ts";
import type { MessageSink } from "#core/ports/message-sink.ts";

const MAX_SOCKETS = 64;

export interface MessageSinkOptions {
  /** The base URL of the stage: `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. */
  readonly endpoint: string;
}

/**
 * Posts to the sockets of an API Gateway WebSocket API. A full buffer on the client's side answers as too many requests
 * do, so a busy connection is not tried again here.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export const openMessageSink = ({ endpoint }: MessageSinkOptions): MessageSink & AsyncDisposable => {
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 3_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    }),
  });
  return {
    post: async (connectionId, message) => {
      const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: message });
      try {
        await sendTwice(client, command);
        return "sent";
      } catch (cause) {
        if (cause instanceof GoneException) return "gone";
        if (cause instanceof LimitExceededException || statusOf(cause) === 429) return "busy";
        const failure = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
        throw new PipelineError(
          "TAPE_CONNECTION_UNAVAILABLE",
          `the socket gateway must answer, failed with ${failure}`,
          {
            cause,
            retryable: true,
          },
        );
      }
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
};

/** Sends again when nobody answered: a kept connection may be dead after a function was frozen. Posts bear repetition. */
const sendTwice = async (client: ApiGatewayManagementApiClient, command: PostToConnectionCommand): Promise<void> => {
  try {
    await client.send(command);
  } catch (error) {
    if (statusOf(error) !== undefined) throw error;
    await client.send(command);
  }
};

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
