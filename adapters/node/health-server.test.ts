import { describe, expect, test } from "vitest";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { closeServer, listen, openHealthServer } from "./health-server.ts";

const HOST = "127.0.0.1";

describe("a worker's health", () => {
  test("tells life, readiness and metrics apart", async () => {
    let isReady = false;
    const metrics = async () => ({ type: "text/plain; version=0.0.4", text: "up 1\n" });
    await using health = await openHealthServer({ host: HOST, port: 0, isReady: () => isReady, metrics });
    const ask = async (path: string): Promise<readonly unknown[]> => {
      const response = await fetch(`http://${HOST}:${health.port}${path}`);
      return [response.status, await response.text()];
    };
    expect(await ask("/healthz")).toEqual([200, "alive\n"]);
    expect(await ask("/readyz")).toEqual([503, "not ready\n"]);
    isReady = true;
    expect(await ask("/readyz?verbose")).toEqual([200, "ready\n"]);
    expect(await ask("/metrics")).toEqual([200, "up 1\n"]);
    expect(await ask("/")).toEqual([404, "not here\n"]);
  });

  test("rejects a port that another program listens on", async () => {
    const other = createServer();
    await listen(other, { host: HOST, port: 0 });
    const { port } = other.address() as AddressInfo;
    const metrics = async () => ({ type: "", text: "" });
    await expect(openHealthServer({ host: HOST, port, isReady: () => true, metrics })).rejects.toMatchObject({
      code: "TAPE_PORT_IN_USE",
    });
    await closeServer(other);
  });
});
