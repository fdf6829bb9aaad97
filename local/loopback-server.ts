import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { PipelineError } from "#core/errors.ts";

const HOST = "127.0.0.1";

export interface LoopbackServer {
  readonly server: Server;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Ends every connection, those too that the server itself no longer knows: they were upgraded, or refused that. */
  hangUp(): void;
}

/**
 * An HTTP server on loopback that does not answer anything yet. Port 0 takes any that is free.
 * @throws PipelineError TAPE_PORT_IN_USE
 */
export const openLoopbackServer = async (port: number): Promise<LoopbackServer> => {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(port, HOST);
  try {
    await once(server, "listening");
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE")) throw cause;
    const message = `port ${port} must be free, but another program listens on it: stop that program or choose another port`;
    throw new PipelineError("TAPE_PORT_IN_USE", message, { cause });
  }
  return {
    server,
    host: `${HOST}:${(server.address() as AddressInfo).port}`,
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
};
