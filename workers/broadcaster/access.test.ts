import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryTicketStore } from "#adapters/memory/ticket-store.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { createKeptLog } from "#test/socket-stage.ts";
import { openTicketAccess } from "./access.ts";

test("who asks for a ticket that cannot be made is told so, and the broadcaster goes on", async () => {
  const { nowMs, sleep } = createManualClock(epochMs(0));
  let isBroken = true;
  const clock = {
    sleep,
    nowMs: () => {
      if (isBroken) throw new RangeError("the clock is broken");
      return nowMs();
    },
  };
  const log = createKeptLog();
  const config = { secret: "s".repeat(32), lifeMs: durationMs(60_000), allowedOrigins: [] };
  const access = openTicketAccess(config, { tickets: createMemoryTicketStore(), clock, log });
  const server = createServer((request, response) => void access.answers(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tickets`;
  const statuses: number[] = [];
  for (const broken of [true, false]) {
    isBroken = broken;
    const response = await fetch(url, { method: "POST" });
    statuses.push(response.status);
    await response.body?.cancel();
  }
  server.closeAllConnections();
  server.close();
  expect(statuses).toEqual([500, 200]);
  expect(log.lines.map(({ level }) => level)).toEqual(["error"]);
});
