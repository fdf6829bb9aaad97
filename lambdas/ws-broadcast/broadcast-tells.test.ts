import { describe, expect, test } from "vitest";
import { PipelineError } from "#core/errors.ts";
import { sequenceNumber } from "#core/units.ts";
import { updateRecords } from "#core/update-record.ts";
import { openBroadcastStage } from "#test/broadcast-stage.ts";
import { createSocketPorts, minuteMs, minutePane, updatesEvent, updatesOf } from "#test/socket-stage.ts";
import { createBroadcast } from "./broadcast.ts";

describe("what broadcast tells of itself", () => {
  test("names the positions that it read, and what became of its messages", async () => {
    const { broadcast, log, clock } = await openBroadcastStage(["c1", "IBM", minuteMs], ["c2", "SPY", minuteMs]);
    const batches = [[minutePane("IBM", 0, 1), minutePane("SPY", 0, 1)], [minutePane("IBM", 0, 7)]];
    await broadcast(updatesEvent(...batches.flatMap((panes) => updateRecords(panes))));
    const shard = "shardId-000000000000";
    expect(log.lines).toEqual([
      {
        level: "info",
        message: "updates sent",
        fields: {
          shards: [
            { shard, lastSequence: sequenceNumber("1") },
            { shard, lastSequence: sequenceNumber("7") },
          ],
          records: 2,
          panes: 2,
          timeMs: clock.nowMs(),
          sent: 2,
          gone: 0,
          busy: 0,
          posts: 2,
        },
      },
    ]);
  });

  test("names twenty positions at most, and how many more there were", async () => {
    const { broadcast, log } = await openBroadcastStage(["c1", "IBM", minuteMs]);
    const panes = Array.from({ length: 25 }, (_, last) => minutePane("IBM", 0, last + 1));
    await broadcast(updatesEvent(...panes.flatMap((pane) => updateRecords([pane]))));
    const { shards, moreShards } = log.lines[0]!.fields as { shards: readonly unknown[]; moreShards: number };
    expect([shards.length, moreShards]).toEqual([20, 5]);
  });

  test("counts posts and connections that are gone, and measures bars that ended", async () => {
    const { broadcastInTime, meter, sink } = await openBroadcastStage(["c1", "IBM", minuteMs], ["c2", "IBM", minuteMs]);
    sink.answer("c2", "gone");
    const beyond = -2;
    await broadcastInTime(updatesOf(minutePane("IBM", beyond, 1), minutePane("IBM", beyond + 1, 1)));
    expect(meter.told).toEqual({ SocketPosts: [1], GoneConnections: [1], WindowEndToPushMs: [60_000] });
  });

  test("tells nothing of a batch that fails, as it comes again", async () => {
    const ports = createSocketPorts();
    await ports.connections.subscribe([{ connectionId: "c1", symbol: "IBM", intervalMs: minuteMs }]);
    const post = () => Promise.reject(new PipelineError("TAPE_CONNECTION_UNAVAILABLE", "no gateway"));
    const broadcast = createBroadcast({ ...ports, sink: { post } });
    await expect(broadcast(updatesOf(minutePane("IBM", 0, 1)))).rejects.toThrow("no gateway");
    expect([ports.meter.told, ports.log.lines]).toEqual([{}, []]);
  });
});
