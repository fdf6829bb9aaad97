import {
  ApiGatewayManagementApiClient,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { MessageSink } from "#core/ports/message-sink.ts";
import type { DurationMs } from "#core/units.ts";
import { ANSWER_TIMEOUT_MS, CONNECT_TIMEOUT_MS, MAX_SOCKETS, tryTwice, unavailable } from "./failures.ts";

export interface SdkMessageSinkOptions {
  /** The base URL of the stage: `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. */
  readonly endpoint: string;
  /** How long an answer may take. @default 5 seconds */
  readonly answerTimeoutMs?: DurationMs;
}

/**
 * Posts to the sockets of an API Gateway WebSocket API through the SDK's client, which finds region and credentials by
 * itself. A full buffer on the client's side answers as too many requests do, so a busy connection is not tried again here.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export const openSdkMessageSink = ({
  endpoint,
  answerTimeoutMs,
}: SdkMessageSinkOptions): MessageSink & AsyncDisposable => {
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    }),
  });
  return {
    post: async (connectionId, message) => {
      const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: message });
      try {
        await tryTwice(() => client.send(command));
        return "sent";
      } catch (cause) {
        if (cause instanceof GoneException) return "gone";
        if (cause instanceof LimitExceededException || statusOf(cause) === 429) return "busy";
        throw unavailable(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause });
      }
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
};

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
