import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { SocketConnection } from "./socket-connection.ts";

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const MAX_MESSAGE_BYTES = 131_072;
const NORMAL_CLOSURE = 1000;

/**
 * Answers the `@connections` calls PostToConnection, GetConnection and DeleteConnection, with or without the stage
 * before `@connections`. Returns false when the request is something else. Who calls is not checked.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export const answerManagementCall = async (
  connections: ReadonlyMap<string, SocketConnection>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> => {
  const connectionId = connectionIdOf(request.url ?? "/");
  const action = ACTIONS[request.method ?? ""];
  if (connectionId === undefined || action === undefined) return false;
  const body = await bodyOf(request);
  if (body === undefined) return true;
  const connection = connections.get(connectionId);
  if (connection?.isOpen === true) action(connection, body, response);
  else refuse(response, 410, "GoneException", "Gone");
  return true;
};

const connectionIdOf = (url: string): string | undefined => {
  const [path = ""] = url.split("?");
  const encoded = /^(?:\/[^/@]+)?\/(?:@|%40)connections\/([^/]+)$/.exec(path)?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
};

/** Undefined when the caller hung up before the body's end. */
const bodyOf = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  try {
    return await buffer(request);
  } catch (error) {
    if (request.errored === null && !request.destroyed) throw error;
    return undefined;
  }
};

type Action = (connection: SocketConnection, body: Buffer, response: ServerResponse) => void;

const post: Action = (connection, body, response) => {
  if (body.length > MAX_MESSAGE_BYTES) refuse(response, 413, "PayloadTooLargeException", "Message too long");
  else if (connection.isFull) refuse(response, 429, "LimitExceededException", "Client buffer full");
  else {
    connection.send(body.toString("utf8"));
    response.writeHead(200).end();
  }
};

const get: Action = ({ context, lastActiveMs }, _, response) => {
  const body = {
    connectedAt: new Date(context.connectedAtMs).toISOString(),
    identity: context.identity,
    lastActiveAt: new Date(lastActiveMs).toISOString(),
  };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
};

const remove: Action = (connection, _, response) => {
  connection.close(NORMAL_CLOSURE, "Connection Closed Normally");
  response.writeHead(204).end();
};

const ACTIONS: Readonly<Record<string, Action>> = { POST: post, GET: get, DELETE: remove };

const refuse = (response: ServerResponse, statusCode: number, errorType: string, message: string): void => {
  const headers = { "content-type": "application/json", "x-amzn-errortype": errorType };
  response.writeHead(statusCode, headers).end(JSON.stringify({ message }));
};
