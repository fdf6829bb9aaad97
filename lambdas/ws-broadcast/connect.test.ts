import { describe, expect, test } from "vitest";

import type { Connection } from "#core/ports/connection-store.ts";
import { createSocketPorts, minuteMs, startMs } from "#test/socket-stage.ts";
import { createConnect } from "./connect.ts";
import { createDisconnect } from "./disconnect.ts";

describe("a connection", () => {
  test("is remembered when it opens, with who and when", async () => {
    const opened: Connection[] = [];
    const { connections, clock, log } = createSocketPorts();
    const connect = createConnect({
      connections: { ...connections, open: async (connection) => void opened.push(connection) },
      clock,
      log,
    });
    const authorizer = { principalId: "ann" };
    expect(await connect({ requestContext: { connectionId: "c1", authorizer } })).toEqual({ statusCode: 200 });
    await connect({ requestContext: { connectionId: "c2" } });
    expect(opened).toEqual([
      { connectionId: "c1", connectedAtMs: startMs, identity: "ann" },
      { connectionId: "c2", connectedAtMs: startMs, identity: undefined },
    ]);
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ connectionId: "c1" }, { connectionId: "c2" }]);
  });

  test("speaks our subprotocol if the client offers it, and none otherwise", async () => {
    const { connections, clock, log } = createSocketPorts();
    const connect = createConnect({ connections, clock, log });
    const answerTo = (offered: string) =>
      connect({ requestContext: { connectionId: "c1" }, headers: { "sec-websocket-Protocol": offered } });
    expect(await answerTo("tapestream.v1, ticket.secret")).toEqual({
      statusCode: 200,
      headers: { "Sec-WebSocket-Protocol": "tapestream.v1" },
    });
    expect(await answerTo("tapestream.v2,ticket.secret")).toEqual({ statusCode: 200 });
  });

  test("is forgotten when it closes, with its subscriptions", async () => {
    const { connections } = createSocketPorts();
    await connections.subscribe([{ connectionId: "c1", symbol: "IBM", intervalMs: minuteMs }]);
    const disconnect = createDisconnect({ connections });
    expect(await disconnect({ requestContext: { connectionId: "c1" } })).toEqual({ statusCode: 200 });
    expect(await connections.wants()).toEqual([]);
  });
});
