/** The process of a stand-in for the socket gateway, over HTTP and TLS, so that its CPU time is not the client's. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { LOOPBACK_CERT, LOOPBACK_KEY, type ServerMessage } from "./fanout.ts";

const KEEP_ALIVE_MS = 60_000;

const take: RequestListener = (request, response) => {
  request.resume().on("end", () => response.writeHead(200, { "content-length": 0 }).end());
};

const listen = async (server: Server): Promise<number> => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

const options = { keepAliveTimeout: KEEP_ALIVE_MS };
const identity = { key: readFileSync(LOOPBACK_KEY), cert: readFileSync(LOOPBACK_CERT) };
const message: ServerMessage = {
  httpPort: await listen(createServer(options, take)),
  tlsPort: await listen(createTlsServer({ ...options, ...identity }, take)),
};
process.send!(message);
process.on("disconnect", () => process.exit(0));
