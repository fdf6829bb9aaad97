import type { ConnectionStore } from "#core/ports/connection-store.ts";
import type { SocketEvent, SocketResponse } from "./events.ts";

export interface DisconnectDeps {
  readonly connections: ConnectionStore;
}

/**
 * Forgets a connection that closed. The gateway does not promise to tell of every one; the others are forgotten when a
 * post finds them gone, or when their time to live is over.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export const createDisconnect =
  ({ connections }: DisconnectDeps) =>
  async ({ requestContext }: SocketEvent): Promise<SocketResponse> => {
    await connections.close(requestContext.connectionId);
    return { statusCode: 200 };
  };
