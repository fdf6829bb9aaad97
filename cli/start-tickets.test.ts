import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { serveDashboard, type DashboardServer } from "./start-server.ts";

let dashboard: DashboardServer;
let host: string;
const asked: Pick<IncomingMessage, "method" | "url" | "headers">[] = [];
const tickets = createServer((request, response) => {
  asked.push({ method: request.method, url: request.url, headers: request.headers });
  response.writeHead(201, { "cache-control": "no-store" }).end('{"ticket":"ticket.x"}');
});

beforeEach(async () => {
  asked.length = 0;
  tickets.listen(0, "127.0.0.1");
  await once(tickets, "listening");
  const listener = await openLoopbackServer(0);
  ({ host } = listener);
  dashboard = await serveDashboard({
    listener,
    siteDir: undefined,
    config: { symbols: ["IBM"], intervals: ["1m"], source: "a test", connectionMs: durationMs(7_000) },
    webSocketUrl: "ws://127.0.0.1:9/prod",
    ticketsUrl: `http://127.0.0.1:${(tickets.address() as AddressInfo).port}/hand/out`,
  });
});

afterEach(async () => {
  await dashboard[Symbol.asyncDispose]();
  tickets.closeAllConnections();
  tickets.close();
});

test("the page is told where tickets are, and a request for one is handed on with all that it says of the page", async () => {
  expect(await (await fetch(`http://${host}/config.json`)).json()).toMatchObject({ ticketsUrl: "tickets" });
  const headers = { origin: `http://${host}`, "sec-fetch-site": "same-origin" };
  const response = await fetch(`http://${host}/tickets`, { method: "POST", headers });
  expect([response.status, await response.json()]).toEqual([201, { ticket: "ticket.x" }]);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(asked).toMatchObject([{ method: "POST", url: "/hand/out", headers }]);
});

test("rejects by hanging up when there is nobody to ask", async () => {
  tickets.closeAllConnections();
  tickets.close();
  await once(tickets, "close");
  await expect(fetch(`http://${host}/tickets`, { method: "POST" })).rejects.toThrow("fetch failed");
});
