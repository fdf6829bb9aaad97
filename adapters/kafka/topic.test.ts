import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { Admin } from "@platformatic/kafka";
import { expect, test } from "vitest";
import { clientOptions, insyncReplicas } from "./topic.ts";

test("a topic takes a record when all of its replicas but one have it, and a lone one by itself", () => {
  expect([1, 2, 3, 5].map(insyncReplicas)).toEqual([1, 1, 2, 4]);
});

/** What a client says first to a broker that is called so, and then hangs up on it. */
const helloTo = async (host: string): Promise<string> => {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const hello = new Promise<string>((resolve) => {
    server.on("connection", (socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (bytes: Buffer) => {
        resolve(bytes.toString("latin1"));
        socket.destroy();
      });
    });
  });
  const { port } = server.address() as AddressInfo;
  const admin = new Admin({ ...clientOptions({ brokers: [`${host}:${port}`], security: { tls: {} } }), retries: 0 });
  await admin.metadata({ topics: [] }).catch(() => undefined);
  await admin.close();
  server.close();
  return hello;
};

test("a client under TLS says the name of the broker that it means, but no address", async () => {
  expect(await helloTo("localhost")).toContain("localhost");
  expect(await helloTo("127.0.0.1")).not.toContain("127.0.0.1");
});

test("a client without TLS says no name, and an address in brackets is none either", () => {
  expect(clientOptions({ brokers: ["kafka:9092"] })).not.toHaveProperty("tlsServerName");
  expect(clientOptions({ brokers: ["[::1]:9093"], security: { tls: {} } }).tlsServerName).toBe(false);
});
