import { describe, expect, test } from "vitest";
import type { Holding } from "#core/protocol/holding.ts";
import { readServerMessage } from "#core/protocol/server-message.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";
import {
  checkpointAt,
  createSocketPorts,
  fiveMinutesMs,
  messageEvent,
  minuteMs,
  minutePane,
  registerOf,
  startMs,
} from "#test/socket-stage.ts";
import { openMessageStage, startsIn, subscribe, WANTED } from "#test/message-stage.ts";
import { createMessage } from "./message.ts";
import { MAX_SNAPSHOT_WINDOWS } from "./snapshot.ts";

describe("a client's message", () => {
  test("subscribe is answered with the last bars up to the newest event time", async () => {
    const { send, got, sink } = await openMessageStage();
    expect(await send(subscribe)).toEqual({ statusCode: 200 });
    expect(got()).toMatchObject([
      { type: "snapshot", symbols: ["IBM"], intervalMs: minuteMs, fromMs: startMs + 7 * minuteMs, part: 1, parts: 1 },
    ]);
    // minutes 0 1 2 3 4 5 6 [7 8 9]
    expect(startsIn(sink.sent("c1"))).toEqual([7, 8, 9]);
  });

  test("subscribe is told how far what is stored is, of the shards that are at work", async () => {
    const { send, got, checkpoints } = await openMessageStage();
    const watermark = (): number => Number((got().at(-1) as { watermarkMs?: number }).watermarkMs) - startMs;
    await send(subscribe);
    expect(watermark()).toBe(9 * minuteMs + 1 - 2_000);
    await checkpoints.put(checkpointAt(epochMs(startMs + 9 * minuteMs - 10_000), 5, "shardId-000000000001"));
    await checkpoints.put(checkpointAt(epochMs(startMs), 5, "shardId-000000000002"));
    await send(subscribe);
    expect(watermark()).toBe(9 * minuteMs - 12_000);
  });

  test("subscribe holds the panes of all shards, and of panes that no checkpoint tells of yet", async () => {
    const { send, sink, panes } = await openMessageStage();
    await panes.put([minutePane("IBM", 9, 7, "shardId-000000000001"), minutePane("IBM", 10, 8)]);
    await send(subscribe);
    expect(startsIn(sink.sent("c1"))).toEqual([7, 8, 9, 9, 10]);
  });

  test("subscribe to a derived interval is answered with the panes it is folded from, from the start of its window", async () => {
    const { send, sink, got } = await openMessageStage();
    await send({ ...subscribe, intervalMs: fiveMinutesMs, bars: 1 });
    expect(startsIn(sink.sent("c1"))).toEqual([5, 6, 7, 8, 9]);
    expect(got()).toMatchObject([{ intervalMs: fiveMinutesMs, fromMs: startMs + 5 * minuteMs }]);
    expect(registerOf(sink.sent("c1")).bars("IBM", fiveMinutesMs)).toHaveLength(1);
  });

  test("subscribe is remembered for each symbol, at the interval asked for", async () => {
    const { send, connections } = await openMessageStage();
    await send({ ...subscribe, symbols: ["IBM", "SPY"], intervalMs: fiveMinutesMs });
    const wants = ["IBM", "SPY"].map((symbol) => ({ symbol, intervalMs: fiveMinutesMs }));
    expect(await connections.wants()).toEqual([{ connectionId: "c1", wants }]);
  });

  test("subscribe to a symbol that never traded is answered with an empty snapshot", async () => {
    const { send, got } = await openMessageStage();
    await send({ ...subscribe, symbols: ["NEVER"] });
    expect(got()).toMatchObject([{ type: "snapshot", panes: [] }]);
  });

  test("subscribe before the first checkpoint is answered with the bars up to now", async () => {
    const ports = createSocketPorts();
    await ports.panes.put([minutePane("IBM", 0, 1)]);
    await createMessage(ports)(messageEvent("c1", subscribe));
    expect(startsIn(ports.sink.sent("c1"))).toEqual([0]);
  });

  test("subscribe covers fewer bars where the history would be too long, and says from when", async () => {
    const ports = createSocketPorts();
    const symbols = Array.from({ length: 100 }, (_, index) => `S${index}`);
    await createMessage(ports)(messageEvent("c1", { ...subscribe, symbols, bars: 1_000 }));
    const [answer] = ports.sink.sent("c1").map(readServerMessage);
    expect(answer).toMatchObject({ fromMs: startMs - (MAX_SNAPSHOT_WINDOWS / symbols.length - 1) * minuteMs });
  });

  test("subscribe is answered in parts where the snapshot is long", async () => {
    const { send, got, sink, panes } = await openMessageStage();
    await panes.put(Array.from({ length: 600 }, (_, minute) => minutePane("IBM", minute, 6)));
    await send({ ...subscribe, bars: 10 });
    expect(got().length).toBeGreaterThan(1);
    expect(got()[1]).toMatchObject({ part: 2, parts: got().length });
    expect(startsIn(sink.sent("c1"))).toHaveLength(600);
  });

  test("resume is answered with what goes beyond the client's positions, however old its bar", async () => {
    const { send, got, sink, panes, connections, checkpoints } = await openMessageStage();
    // of a stream that was there before, which has nothing to do with these panes
    await checkpoints.put(checkpointAt(startMs, 9, "shardId-000000000000@before"));
    await send(subscribe);
    const [told] = got();
    const since = told as Holding;
    expect(told).toMatchObject({ isRest: false, upTo: new Map([["shardId-000000000000", sequenceNumber("5")]]) });
    // a late trade, a new minute, and another shard
    await panes.put([
      minutePane("IBM", 7, 6),
      minutePane("IBM", 10, 6),
      minutePane("IBM", 9, 1, "shardId-000000000001"),
    ]);
    await send({ ...subscribe, action: "resume", since });
    expect(got()[1]).toMatchObject({ type: "snapshot", isRest: true });
    expect(startsIn(sink.sent("c1").slice(1))).toEqual([7, 9, 10]);
    expect(await connections.wants()).toEqual(WANTED);
  });

  test("resume is answered with older bars that the client did not have", async () => {
    const { send, got, sink } = await openMessageStage();
    await send(subscribe);
    await send({ ...subscribe, bars: 5, action: "resume", since: got()[0] as Holding });
    expect(got()[1]).toMatchObject({ isRest: true, fromMs: startMs + 5 * minuteMs });
    expect(startsIn(sink.sent("c1").slice(1))).toEqual([5, 6]);
  });

  test.each([
    ["of a shard that is not known", [["shardId-000000000000@old", "5"]]],
    ["beyond the checkpoint", [["shardId-000000000000", "6"]]],
    ["of no shard", []],
  ])("resume is answered with everything where the client's position is %s", async (_, positions) => {
    const { send, got, sink } = await openMessageStage();
    const upTo = new Map(positions.map(([shard = "", digits = ""]) => [shard, sequenceNumber(digits)]));
    await send({ ...subscribe, action: "resume", since: { fromMs: startMs, upTo } });
    expect(got()).toMatchObject([{ type: "snapshot", isRest: false }]);
    expect(startsIn(sink.sent("c1"))).toEqual([7, 8, 9]);
  });
});
