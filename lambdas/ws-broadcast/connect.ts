import type { Clock } from "#core/ports/clock.ts";
import type { ConnectionStore } from "#core/ports/connection-store.ts";
import type { SocketEvent, SocketResponse } from "./events.ts";

export interface ConnectDeps {
  readonly connections: ConnectionStore;
  readonly clock: Clock;
}

/** Remembers a connection that opens. */
export const createConnect =
  ({ connections, clock }: ConnectDeps) =>
  async ({ requestContext }: SocketEvent): Promise<SocketResponse> => {
    await connections.open({
      connectionId: requestContext.connectionId,
      connectedAtMs: clock.nowMs(),
      identity: requestContext.authorizer?.principalId,
    });
    return { statusCode: 200 };
  };
