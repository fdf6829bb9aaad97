import { expect, test } from "vitest";
import { PipelineError } from "#core/errors.ts";
import { readServerMessage } from "#core/protocol/server-message.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { createSocketPorts, startMs } from "#test/socket-stage.ts";
import { createHeartbeat, type HeartbeatDeps } from "./heartbeat.ts";

/** A run of the heartbeat that Lambda would end after `timeoutMs`. */
const openRun = (given: Partial<HeartbeatDeps> = {}, timeoutMs = 65_000) => {
  const ports = createSocketPorts();
  const beat = createHeartbeat({
    ...ports,
    idleMs: durationMs(10_000),
    heartbeatMs: durationMs(1_000),
    ...given,
  });
  let hasEnded = false;
  const endMs = startMs + timeoutMs;
  const run = beat({}, { getRemainingTimeInMillis: () => endMs - ports.clock.nowMs() }).then(() => (hasEnded = true));
  return {
    ...ports,
    run,
    hasEnded: () => hasEnded,
    connect: (connectionId: string) =>
      ports.connections.open({ connectionId, connectedAtMs: startMs, identity: undefined }),
    got: (connectionId: string) => ports.sink.sent(connectionId).map(readServerMessage),
  };
};

test("every connection hears once a second how the pipeline stands, whatever it wants", async () => {
  const { connect, clock, got, statuses } = openRun();
  await connect("a");
  await connect("b");
  await statuses.put({
    stream: "ticks",
    shard: "shardId-000000000000",
    last: sequenceNumber("7"),
    arrivalTimeMs: epochMs(startMs + 300),
    newestEventTimeMs: epochMs(startMs + 250),
    frontierMs: epochMs(startMs + 250),
    counts: {
      records: 1,
      trades: 5,
      lateTrades: 1,
      correctingTrades: 1,
      duplicateFrames: 0,
      duplicateTrades: 2,
      rejected: 3,
    },
    step: undefined,
  });
  await clock.advance(2_500);
  const beats = got("a").slice(-2);
  expect(beats).toEqual(
    [1_000, 2_000].map((afterMs) => ({
      type: "heartbeat",
      timeMs: startMs + afterMs,
      watermarkMs: startMs + 250 - 2_000,
      feed: "live",
      counts: { trades: 5, late: 1, corrected: 1, duplicates: 2, rejected: 3, gaps: 0 },
      connections: 2,
    })),
  );
  expect(got("b").slice(-2)).toEqual(beats);
});

test("a run has the last beat before the next run begins", async () => {
  const { connect, clock, got, run, hasEnded } = openRun();
  await connect("a");
  await clock.advance(58_999);
  expect(hasEnded()).toBe(false);
  await clock.advance(1);
  await run;
  expect(got("a").at(-1)).toMatchObject({ timeMs: startMs + 59_000 });
});

test("a run ends before Lambda ends it", async () => {
  const { clock, run } = openRun({}, 5_000);
  await clock.advance(4_000);
  await run;
});

test("a connection that is gone is forgotten, once it cannot be that it has yet to open", async () => {
  const { connect, connections, clock, sink, log } = openRun();
  await connect("a");
  sink.answer("a", "gone");
  await clock.advance(29_000);
  expect(await connections.list()).toEqual([{ connectionId: "a", connectedAtMs: startMs }]);
  expect(log.lines).toEqual([]);
  await clock.advance(2_000);
  expect(await connections.list()).toEqual([]);
});

test("a connection that opens after it was listed gets that very beat", async () => {
  const { connect, connections, clock, sink, got } = openRun();
  await connect("a");
  sink.answer("a", "gone");
  await clock.advance(1_050);
  sink.answer("a", "sent");
  await clock.advance(100);
  expect(got("a")).toHaveLength(1);
  expect(await connections.list()).toHaveLength(1);
});

test("a beat that fails is left out, and the next one comes", async () => {
  let failures = 0;
  const statuses = {
    list: () => {
      if (failures++ === 0) return Promise.reject(new PipelineError("TAPE_STORE_UNAVAILABLE", "down"));
      return Promise.resolve([]);
    },
  };
  const { connect, clock, got, log } = openRun({ statuses });
  await connect("a");
  await clock.advance(2_500);
  expect(log.lines).toContainEqual(expect.objectContaining({ level: "error", message: "a heartbeat is left out" }));
  expect(got("a").length).toBeGreaterThan(0);
});

test("beats that were missed are not made up for", async () => {
  const { connect, clock, got } = openRun({
    leases: {
      get: async () => {
        await clock.sleep(durationMs(2_500));
        return undefined;
      },
    },
  });
  await connect("a");
  await clock.advance(10_000);
  const times = got("a").map((message) => (message.type === "heartbeat" ? message.timeMs - startMs : 0));
  expect(times.length).toBeLessThanOrEqual(4);
});

test("a run tells at its end how many messages it posted, and whom it found gone", async () => {
  const { run, connect, clock, sink, meter } = openRun();
  await connect("c1");
  await connect("c2");
  sink.answer("c2", "gone");
  await clock.advance(65_000);
  await run;
  // nobody was connected at the first beat
  expect(meter.told).toEqual({ SocketPosts: [59], GoneConnections: [1] });
});
