import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { durationMs } from "#core/units.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { serveDashboard, type DashboardServer } from "./start-server.ts";

let siteDir: string;
let api: WebSocketServer;
let dashboard: DashboardServer;
let host: string;

beforeEach(async () => {
  siteDir = await mkdtemp(join(tmpdir(), "site-"));
  await writeFile(join(siteDir, "index.html"), "<!doctype html>");
  api = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/prod" });
  api.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  await once(api, "listening");
  const listener = await openLoopbackServer(0);
  ({ host } = listener);
  const { port } = api.address() as { port: number };
  dashboard = await serveDashboard({
    listener,
    siteDir,
    config: { symbols: ["IBM"], intervals: ["1m"], source: "a test", connectionMs: durationMs(7_000) },
    webSocketUrl: `ws://127.0.0.1:${port}/prod`,
  });
});

afterEach(async () => {
  await dashboard[Symbol.asyncDispose]();
  for (const socket of api.clients) socket.terminate();
  api.close();
  await rm(siteDir, { recursive: true });
});

describe("the dashboard's server", () => {
  test("serves the page under a policy that allows its own files alone", async () => {
    const response = await fetch(`http://${host}/`);
    expect([response.status, await response.text()]).toEqual([200, "<!doctype html>"]);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self';");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("says where the socket is, relative to the page", async () => {
    const response = await fetch(`http://${host}/config.json`);
    const config = {
      webSocketUrl: "socket",
      symbols: ["IBM"],
      intervals: ["1m"],
      source: "a test",
      connectionMs: 7_000,
    };
    expect(await response.json()).toEqual(config);
  });

  test("has nothing else", async () => {
    expect((await fetch(`http://${host}/../package.json`)).status).toBe(404);
    expect((await fetch(`http://${host}/`, { method: "POST" })).status).toBe(405);
  });

  test("hands a socket on to the API, and ends it with itself", async () => {
    const socket = new WebSocket(`ws://${host}/socket`, { origin: `http://${host}` });
    await once(socket, "open");
    socket.send("hello");
    expect(String((await once(socket, "message"))[0])).toBe("hello");
    expect(dashboard.connections).toBe(1);
    const closed = once(socket, "close");
    await dashboard[Symbol.asyncDispose]();
    await closed;
    expect(dashboard.connections).toBe(0);
  });

  test.each([
    ["another site's page", "/socket", "https://example.com"],
    ["another path", "/prod", undefined],
  ])("rejects a socket of %s", async (_, path, origin) => {
    const socket = new WebSocket(`ws://${host}${path}`, origin === undefined ? {} : { origin });
    const [error] = (await once(socket, "error").catch((reason: unknown) => [reason])) as [Error];
    expect(error.message).toBe("Unexpected server response: 403");
  });

  test("ends a socket when the API is not there", async () => {
    api.close();
    await once(api, "close");
    const socket = new WebSocket(`ws://${host}/socket`);
    const [error] = (await once(socket, "error").catch((reason: unknown) => [reason])) as [Error];
    expect(error.message).toBe("socket hang up");
  });
});
