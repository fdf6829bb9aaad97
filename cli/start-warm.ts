import { once } from "node:events";
import { WebSocket } from "ws";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import type { LocalCloud } from "#local/cloud.ts";

/**
 * Comes as a first client does, and goes: so the functions behind tickets and sockets have started by the time that a page
 * comes, which otherwise waits for one after the other. What fails here fails there too, and is said there.
 */
export const warmUp = async ({ httpApiUrl, webSocketUrl }: LocalCloud): Promise<void> => {
  try {
    const response = await fetch(`${httpApiUrl}/tickets`, { method: "POST" });
    const { ticket } = (await response.json()) as { readonly ticket: string };
    const socket = new WebSocket(webSocketUrl!, [SUBPROTOCOL, ticket]);
    await once(socket, "open");
    const answered = once(socket, "message");
    socket.send('{"action":"ping"}');
    await answered;
    socket.close();
  } catch {
    // The first page says it.
  }
};
