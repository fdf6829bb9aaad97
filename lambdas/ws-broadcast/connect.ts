import type { Clock } from "#core/ports/clock.ts";
import type { ConnectionStore } from "#core/ports/connection-store.ts";
import type { Log } from "#core/ports/log.ts";
import { offeredProtocols, SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import type { SocketEvent, SocketResponse } from "./events.ts";

export interface ConnectDeps {
  readonly connections: ConnectionStore;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Remembers a connection that opens, tells the log of it, and chooses our subprotocol if the client offers it: a browser that offers some closes
 * a socket that speaks none of them.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
 */
export const createConnect =
  ({ connections, clock, log }: ConnectDeps) =>
  async ({ requestContext, headers }: SocketEvent): Promise<SocketResponse> => {
    await connections.open({
      connectionId: requestContext.connectionId,
      connectedAtMs: clock.nowMs(),
      identity: requestContext.authorizer?.principalId,
    });
    log.info("client connected", { connectionId: requestContext.connectionId });
    const offered = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "sec-websocket-protocol");
    const isOurs = offeredProtocols(offered?.[1]).includes(SUBPROTOCOL);
    return isOurs ? { statusCode: 200, headers: { "Sec-WebSocket-Protocol": SUBPROTOCOL } } : { statusCode: 200 };
  };
