import { describe, expect, test, vi } from "vitest";
import { PipelineError } from "#core/errors.ts";
import { readServerMessage } from "#core/protocol/server-message.ts";
import { updateRecords } from "#core/update-record.ts";
import { openBroadcastStage } from "#test/broadcast-stage.ts";
import {
  createSocketPorts,
  fiveMinutesMs,
  minuteMs,
  minutePane,
  registerOf,
  startMs,
  tenSecondsMs,
  updatesEvent,
  updatesOf,
} from "#test/socket-stage.ts";
import { createBroadcast } from "./broadcast.ts";

describe("broadcast", () => {
  test("tells each subscriber of what changed of its symbols alone", async () => {
    const { broadcast, sink, panesGot } = await openBroadcastStage(["c1", "IBM", minuteMs], ["c2", "SPY", minuteMs]);
    await broadcast(updatesOf(minutePane("IBM", 0, 1), minutePane("BAC", 0, 1)));
    expect(panesGot("c1")).toEqual([minutePane("IBM", 0, 1)]);
    expect(sink.sent("c2")).toEqual([]);
  });

  test("sends one message per connection, holding all its symbols and the newest state of each pane", async () => {
    const { broadcast, sink, panesGot } = await openBroadcastStage(["c1", "IBM", minuteMs], ["c1", "SPY", minuteMs]);
    const batches = [[minutePane("IBM", 0, 1)], [minutePane("IBM", 0, 3), minutePane("SPY", 0, 2)]];
    const stale = [minutePane("IBM", 0, 2)];
    await broadcast(updatesEvent(...[...batches, stale].flatMap((panes) => updateRecords(panes))));
    expect(sink.sent("c1")).toHaveLength(1);
    expect(panesGot("c1")).toEqual([minutePane("IBM", 0, 3), minutePane("SPY", 0, 2)]);
  });

  test("tells the subscriber of a derived interval of the panes it is folded from, once, and when it does", async () => {
    const { broadcast, sink } = await openBroadcastStage(["c1", "IBM", fiveMinutesMs], ["c1", "IBM", minuteMs]);
    const tenSeconds = { ...minutePane("IBM", 0, 1), intervalMs: tenSecondsMs };
    await broadcast(updatesOf(minutePane("IBM", 0, 1), tenSeconds));
    expect(sink.sent("c1").map(readServerMessage)).toEqual([
      { type: "update", timeMs: startMs, part: 1, parts: 1, panes: [minutePane("IBM", 0, 1)] },
    ]);
  });

  test("asks once a batch what is wanted, and not at all when nothing changed", async () => {
    const ports = createSocketPorts();
    const wants = vi.fn(() => ports.connections.wants());
    const broadcast = createBroadcast({ ...ports, connections: { ...ports.connections, wants } });
    const panes = ["BAC", "IBM", "SPY"].flatMap((symbol) => [minutePane(symbol, 0, 1), minutePane(symbol, 1, 1)]);
    await broadcast(updatesEvent(...[panes, panes].flatMap((batch) => updateRecords(batch))));
    expect(wants).toHaveBeenCalledTimes(1);
    await broadcast(updatesEvent(new TextEncoder().encode("hello")));
    expect(wants).toHaveBeenCalledTimes(1);
  });

  test("connections that want the same share one text, side by side, whatever the order in which they came", async () => {
    const ports = createSocketPorts();
    const symbols = ["BAC", "IBM", "SPY"];
    for (const [connectionId, wanted] of [
      ["c1", ["BAC", "SPY"]],
      ["c2", ["BAC"]],
      ["c3", ["SPY", "BAC"]],
      ["c4", ["IBM", "SPY", "BAC"]],
      ["c5", ["BAC"]],
    ] as const) {
      const subscriptions = wanted.map((symbol) => ({ connectionId, symbol, intervalMs: minuteMs }));
      for (const subscription of subscriptions) await ports.connections.subscribe([subscription]);
    }
    const posted: [string, readonly string[]][] = [];
    const post = async (connectionId: string, message: string) => {
      posted.push([
        connectionId,
        registerOf([message])
          .panes()
          .map(({ symbol }) => symbol),
      ]);
      return ports.sink.post(connectionId, message);
    };
    await createBroadcast({ ...ports, sink: { post } })(
      updatesOf(...symbols.map((symbol) => minutePane(symbol, 0, 1))),
    );
    expect(posted).toEqual([
      ["c1", ["BAC", "SPY"]],
      ["c3", ["BAC", "SPY"]],
      ["c2", ["BAC"]],
      ["c5", ["BAC"]],
      ["c4", ["BAC", "IBM", "SPY"]],
    ]);
    expect(ports.sink.sent("c3")).toEqual(ports.sink.sent("c1"));
  });

  test("sends a long update in parts, in order", async () => {
    const { broadcast, sink, panesGot } = await openBroadcastStage(["c1", "IBM", minuteMs]);
    const panes = Array.from({ length: 400 }, (_, minute) => minutePane("IBM", minute, 1));
    await broadcast(updatesOf(...panes));
    const parts = sink.sent("c1").map((text) => readServerMessage(text) as { part: number; parts: number });
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, index) => index + 1));
    expect(panesGot("c1")).toEqual(panes);
  });

  test("logs and skips what is no update record", async () => {
    const { broadcast, panesGot, log } = await openBroadcastStage(["c1", "IBM", minuteMs]);
    const foreign = new TextEncoder().encode("hello");
    await broadcast(updatesEvent(foreign, ...updateRecords([minutePane("IBM", 0, 1)])));
    expect(panesGot("c1")).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({ level: "warn", fields: { eventID: "shardId-000000000000:0" } });
  });

  test("forgets a connection that is gone, with nothing more posted to it", async () => {
    const ports = createSocketPorts();
    await ports.connections.subscribe([{ connectionId: "c1", symbol: "IBM", intervalMs: minuteMs }]);
    const post = vi.fn(async () => "gone" as const);
    const panes = Array.from({ length: 400 }, (_, minute) => minutePane("IBM", minute, 1));
    await createBroadcast({ ...ports, sink: { post } })(updatesOf(...panes));
    expect(post).toHaveBeenCalledTimes(1);
    expect(await ports.connections.wants()).toEqual([]);
  });

  test("tells the others at once while one connection is busy, and that one when it is no longer", async () => {
    const { broadcast, sink, clock, panesGot } = await openBroadcastStage(
      ["c1", "IBM", minuteMs],
      ["c2", "IBM", minuteMs],
    );
    sink.answer("c1", "busy");
    const done = broadcast(updatesOf(minutePane("IBM", 0, 1)));
    await clock.advance(1);
    expect(panesGot("c2")).toHaveLength(1);
    sink.answer("c1", "sent");
    await clock.advance(10_000);
    await done;
    expect(panesGot("c1")).toHaveLength(1);
    expect(sink.sent("c2")).toHaveLength(1);
  });

  test("a connection that nobody answers for holds up neither the others nor one that is busy", async () => {
    const ports = createSocketPorts();
    const connectionIds = ["dead", "busy", ...Array.from({ length: 200 }, (_, index) => `c${index}`)];
    await ports.connections.subscribe(
      connectionIds.map((connectionId) => ({ connectionId, symbol: "IBM", intervalMs: minuteMs })),
    );
    const dead = Promise.withResolvers<"sent">();
    ports.sink.answer("busy", "busy");
    const post = (connectionId: string, message: string) =>
      connectionId === "dead" ? dead.promise : ports.sink.post(connectionId, message);
    const done = createBroadcast({ ...ports, sink: { post } })(updatesOf(minutePane("IBM", 0, 1)));
    await ports.clock.advance(1);
    expect(connectionIds.filter((connectionId) => ports.sink.sent(connectionId).length === 1)).toHaveLength(200);
    ports.sink.answer("busy", "sent");
    await ports.clock.advance(100);
    expect(ports.sink.sent("busy")).toHaveLength(1);
    dead.resolve("sent");
    await done;
  });

  test("has 64 posts under way at once at most", async () => {
    const ports = createSocketPorts();
    await ports.connections.subscribe(
      Array.from({ length: 200 }, (_, index) => ({ connectionId: `c${index}`, symbol: "IBM", intervalMs: minuteMs })),
    );
    let underWay = 0;
    let most = 0;
    const post = async (connectionId: string, message: string) => {
      most = Math.max(most, ++underWay);
      await new Promise(setImmediate);
      underWay--;
      return ports.sink.post(connectionId, message);
    };
    await createBroadcast({ ...ports, sink: { post } })(updatesOf(minutePane("IBM", 0, 1)));
    expect(most).toBe(64);
  });

  test("goes on from the part at which a connection was busy", async () => {
    const ports = createSocketPorts();
    await ports.connections.subscribe([{ connectionId: "c1", symbol: "IBM", intervalMs: minuteMs }]);
    const sent: string[] = [];
    let isBusyOnce = true;
    const post = async (_: string, message: string) => {
      if (message.includes('"part":2') && isBusyOnce) {
        isBusyOnce = false;
        return "busy" as const;
      }
      sent.push(message);
      return "sent" as const;
    };
    const panes = Array.from({ length: 400 }, (_, minute) => minutePane("IBM", minute, 1));
    const done = createBroadcast({ ...ports, sink: { post } })(updatesOf(...panes));
    await ports.clock.advance(10_000);
    await done;
    const parts = sent.map((text) => readServerMessage(text) as { part: number });
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, index) => index + 1));
    expect(registerOf(sent).panes()).toEqual(panes);
  });

  test("gives up on a connection that stays busy, and counts it", async () => {
    const { broadcastInTime, sink, log, connections } = await openBroadcastStage(["c1", "IBM", minuteMs]);
    sink.answer("c1", "busy");
    await broadcastInTime(updatesOf(minutePane("IBM", 0, 1)));
    expect(log.lines).toMatchObject([
      { level: "warn", fields: { connectionId: "c1", messages: 1 } },
      { level: "info", fields: { records: 1, panes: 1, sent: 0, gone: 0, busy: 1 } },
    ]);
    expect(await connections.wants()).toHaveLength(1);
  });

  test("tells who missed something so with what it takes next, once", async () => {
    const { broadcastInTime, sink } = await openBroadcastStage(["c1", "IBM", minuteMs], ["c2", "IBM", minuteMs]);
    const told = (connectionId: string) =>
      sink.sent(connectionId).map((text) => (JSON.parse(text) as { type: string }).type);
    sink.answer("c1", "busy");
    await broadcastInTime(updatesOf(minutePane("IBM", 0, 1)));
    await broadcastInTime(updatesOf(minutePane("IBM", 0, 2)));
    sink.answer("c1", "sent");
    await broadcastInTime(updatesOf(minutePane("IBM", 0, 3)));
    await broadcastInTime(updatesOf(minutePane("IBM", 0, 4)));
    expect([told("c1"), told("c2")]).toEqual([
      ["error", "update", "update"],
      ["update", "update", "update", "update"],
    ]);
    expect(JSON.parse(sink.sent("c1")[0]!)).toMatchObject({ code: "missed-updates" });
  });

  test("fails when the gateway cannot be asked, after it has tried all connections", async () => {
    const ports = createSocketPorts();
    const connectionIds = Array.from({ length: 200 }, (_, index) => `c${index}`);
    await ports.connections.subscribe(
      connectionIds.map((connectionId) => ({ connectionId, symbol: "IBM", intervalMs: minuteMs })),
    );
    const post = vi.fn(async (connectionId: string, message: string) => {
      if (connectionId === "c0") throw new PipelineError("TAPE_CONNECTION_UNAVAILABLE", "no gateway");
      return ports.sink.post(connectionId, message);
    });
    const done = createBroadcast({ ...ports, sink: { post } })(updatesOf(minutePane("IBM", 0, 1)));
    await expect(done).rejects.toThrow(PipelineError);
    expect(post).toHaveBeenCalledTimes(200);
    expect(ports.sink.sent("c199")).toHaveLength(1);
  });
});
