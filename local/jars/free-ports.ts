import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

const HOST = "127.0.0.1";

/** Ports of loopback that nobody listens on now, all different; another program may take one before it is used. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => once(server.listen(0, HOST), "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
