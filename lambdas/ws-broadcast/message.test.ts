import { describe, expect, test } from "vitest";

import { PipelineError } from "#core/errors.ts";
import { CLIENT_LIMITS, MESSAGES_WINDOW_MS } from "#core/protocol/client-message.ts";
import type { Holding } from "#core/protocol/holding.ts";
import { readOperations } from "#core/protocol/operations.ts";
import { readServerMessage } from "#core/protocol/server-message.ts";
import { countsOf } from "#core/shard-counts.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { MAX_WATCHED } from "#core/watch-list.ts";
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
import { createMessage, MAX_LISTED } from "./message.ts";
import { MAX_SNAPSHOT_WINDOWS } from "./snapshot.ts";

const subscribe = { action: "subscribe", symbols: ["IBM"], intervalMs: minuteMs, bars: 3 } as const;

/** What connections want after `subscribe`. */
const WANTED = [{ connectionId: "c1", wants: [{ symbol: "IBM", intervalMs: minuteMs }] }];

/** Minutes 0 to 9 of IBM and SPY, the newest trade in minute 9. */
const openStage = async () => {
  const ports = createSocketPorts();
  const minutes = Array.from({ length: 10 }, (_, minute) => minute);
  await ports.panes.put(minutes.flatMap((minute) => [minutePane("IBM", minute, 5), minutePane("SPY", minute, 5)]));
  await ports.checkpoints.put(checkpointAt(epochMs(startMs + 9 * minuteMs + 1), 5));
  const send = createMessage(ports);
  return {
    ...ports,
    send: async (message: Parameters<typeof messageEvent>[1]) => send(messageEvent("c1", message)),
    got: () => ports.sink.sent("c1").map(readServerMessage),
  };
};

const startsIn = (messages: readonly string[]): readonly number[] =>
  registerOf(messages)
    .panes()
    .map((pane) => (pane.startMs - startMs) / minuteMs);

describe("a client's message", () => {
  test("subscribe is answered with the last bars up to the newest event time", async () => {
    const { send, got, sink } = await openStage();
    expect(await send(subscribe)).toEqual({ statusCode: 200 });
    expect(got()).toMatchObject([
      { type: "snapshot", symbols: ["IBM"], intervalMs: minuteMs, fromMs: startMs + 7 * minuteMs, part: 1, parts: 1 },
    ]);
    // minutes 0 1 2 3 4 5 6 [7 8 9]
    expect(startsIn(sink.sent("c1"))).toEqual([7, 8, 9]);
  });

  test("subscribe is told how far what is stored is, of the shards that are at work", async () => {
    const { send, got, checkpoints } = await openStage();
    const watermark = (): number => Number((got().at(-1) as { watermarkMs?: number }).watermarkMs) - startMs;
    await send(subscribe);
    expect(watermark()).toBe(9 * minuteMs + 1 - 2_000);
    await checkpoints.put(checkpointAt(epochMs(startMs + 9 * minuteMs - 10_000), 5, "shardId-000000000001"));
    await checkpoints.put(checkpointAt(epochMs(startMs), 5, "shardId-000000000002"));
    await send(subscribe);
    expect(watermark()).toBe(9 * minuteMs - 12_000);
  });

  test("subscribe holds the panes of all shards, and of panes that no checkpoint tells of yet", async () => {
    const { send, sink, panes } = await openStage();
    await panes.put([minutePane("IBM", 9, 7, "shardId-000000000001"), minutePane("IBM", 10, 8)]);
    await send(subscribe);
    expect(startsIn(sink.sent("c1"))).toEqual([7, 8, 9, 9, 10]);
  });

  test("subscribe to a derived interval is answered with the panes it is folded from, from the start of its window", async () => {
    const { send, sink, got } = await openStage();
    await send({ ...subscribe, intervalMs: fiveMinutesMs, bars: 1 });
    expect(startsIn(sink.sent("c1"))).toEqual([5, 6, 7, 8, 9]);
    expect(got()).toMatchObject([{ intervalMs: fiveMinutesMs, fromMs: startMs + 5 * minuteMs }]);
    expect(registerOf(sink.sent("c1")).bars("IBM", fiveMinutesMs)).toHaveLength(1);
  });

  test("subscribe is remembered for each symbol, at the interval asked for", async () => {
    const { send, connections } = await openStage();
    await send({ ...subscribe, symbols: ["IBM", "SPY"], intervalMs: fiveMinutesMs });
    const wants = ["IBM", "SPY"].map((symbol) => ({ symbol, intervalMs: fiveMinutesMs }));
    expect(await connections.wants()).toEqual([{ connectionId: "c1", wants }]);
  });

  test("subscribe to a symbol that never traded is answered with an empty snapshot", async () => {
    const { send, got } = await openStage();
    await send({ ...subscribe, symbols: ["NEVER"] });
    expect(got()).toMatchObject([{ type: "snapshot", panes: [] }]);
  });

  test("subscribe before the first checkpoint is answered with the bars up to now", async () => {
    const ports = createSocketPorts();
    await ports.panes.put([minutePane("IBM", 0, 1)]);
    await createMessage(ports)(messageEvent("c1", subscribe));
    expect(startsIn(ports.sink.sent("c1"))).toEqual([0]);
  });

  test("symbols is answered with all that traded or are watched", async () => {
    const { send, got, symbols } = await openStage();
    await symbols.see(["SPY", "IBM"], startMs);
    await symbols.watch(["MSFT"]);
    await send({ action: "symbols" });
    expect(got()).toMatchObject([
      {
        type: "symbols",
        symbols: [
          { symbol: "IBM", seenMs: startMs, isWatched: false },
          { symbol: "MSFT", seenMs: undefined, isWatched: true },
          { symbol: "SPY", seenMs: startMs, isWatched: false },
        ],
      },
    ]);
  });

  test("watch and unwatch are answered with what is then known of their symbols", async () => {
    const { send, got, symbols } = await openStage();
    await symbols.see(["IBM"], startMs);
    await send({ action: "watch", symbols: ["MSFT", "IBM"] });
    await send({ action: "unwatch", symbols: ["IBM"] });
    expect(got()).toMatchObject([
      {
        type: "symbols",
        symbols: [
          { symbol: "MSFT", isWatched: true },
          { symbol: "IBM", isWatched: true },
        ],
      },
      { type: "symbols", symbols: [{ symbol: "IBM", isWatched: false, seenMs: startMs }] },
    ]);
    expect((await symbols.list()).map(({ symbol }) => symbol)).toEqual(["IBM", "MSFT"]);
  });

  test("watch is refused where too many would be watched, and changes nothing then", async () => {
    const { send, got, symbols } = await openStage();
    await symbols.watch(Array.from({ length: MAX_WATCHED }, (_, index) => `S${index}`));
    await send({ action: "watch", symbols: ["S1", "MSFT"] });
    expect(got()).toMatchObject([{ type: "error", code: "too-many-watched" }]);
    expect(await symbols.get(["S1", "MSFT"])).toMatchObject([{ isWatched: true }, { isWatched: false }]);
  });

  test("symbols is answered with so many at most, the first in their order", async () => {
    const { send, got, symbols } = await openStage();
    const names = Array.from({ length: MAX_LISTED + 5 }, (_, index) => `S${String(index).padStart(6, "0")}`);
    await symbols.see(names, startMs);
    await send({ action: "symbols" });
    const said = got().flatMap((message) => (message.type === "symbols" ? message.symbols : []));
    expect(said.map(({ symbol }) => symbol)).toEqual(names.slice(0, MAX_LISTED));
  });

  test("subscribe covers fewer bars where the history would be too long, and says from when", async () => {
    const ports = createSocketPorts();
    const symbols = Array.from({ length: 100 }, (_, index) => `S${index}`);
    await createMessage(ports)(messageEvent("c1", { ...subscribe, symbols, bars: 1_000 }));
    const [answer] = ports.sink.sent("c1").map(readServerMessage);
    expect(answer).toMatchObject({ fromMs: startMs - (MAX_SNAPSHOT_WINDOWS / symbols.length - 1) * minuteMs });
  });

  test("subscribe is answered in parts where the snapshot is long", async () => {
    const { send, got, sink, panes } = await openStage();
    await panes.put(Array.from({ length: 600 }, (_, minute) => minutePane("IBM", minute, 6)));
    await send({ ...subscribe, bars: 10 });
    expect(got().length).toBeGreaterThan(1);
    expect(got()[1]).toMatchObject({ part: 2, parts: got().length });
    expect(startsIn(sink.sent("c1"))).toHaveLength(600);
  });

  test("resume is answered with what goes beyond the client's positions, however old its bar", async () => {
    const { send, got, sink, panes, connections, checkpoints } = await openStage();
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
    const { send, got, sink } = await openStage();
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
    const { send, got, sink } = await openStage();
    const upTo = new Map(positions.map(([shard = "", digits = ""]) => [shard, sequenceNumber(digits)]));
    await send({ ...subscribe, action: "resume", since: { fromMs: startMs, upTo } });
    expect(got()).toMatchObject([{ type: "snapshot", isRest: false }]);
    expect(startsIn(sink.sent("c1"))).toEqual([7, 8, 9]);
  });

  test("unsubscribe ends one interval's subscription and leaves the other", async () => {
    const { send, connections, got } = await openStage();
    await send(subscribe);
    await send({ ...subscribe, intervalMs: fiveMinutesMs });
    await send({ action: "unsubscribe", symbols: ["IBM"], intervalMs: fiveMinutesMs });
    expect(await connections.wants()).toEqual(WANTED);
    expect(got()).toHaveLength(2);
  });

  test("ping is answered with a pong", async () => {
    const { send, got } = await openStage();
    await send({ action: "ping" });
    expect(got()).toEqual([{ type: "pong", timeMs: startMs }]);
  });

  test("operations is answered with how each shard stands, and what was sent", async () => {
    const { send, statuses, gaps, leases, sink } = await openStage();
    const shard = "shardId-000000000000";
    const counts = countsOf((name) => (name === "correctingTrades" ? 2 : 5));
    const newest = {
      eventTimeMs: epochMs(startMs - 300),
      ingestTimeMs: undefined,
      arrivalTimeMs: epochMs(startMs - 100),
    };
    const step = { newest, foldedTimeMs: epochMs(startMs - 20), stateBytes: 310, paneCount: 4 };
    const [last, arrivalTimeMs, frontierMs] = [sequenceNumber("7"), newest.arrivalTimeMs, newest.eventTimeMs];
    const status = { stream: "ticks", last, arrivalTimeMs, newestEventTimeMs: frontierMs, frontierMs, counts };
    await statuses.put({ ...status, shard, step });
    await statuses.put({ ...status, shard: "shardId-000000000001", step: undefined });
    await gaps.note({
      stream: "ticks",
      shard,
      after: last,
      before: sequenceNumber("9"),
      noticedAtMs: epochMs(startMs - 5),
    });
    const lease = (await leases.acquire({ name: "replay", holder: "a", nowMs: startMs, untilMs: startMs }))!;
    const sent = { startedAtMs: startMs - 60_000, tradesSent: 40, nextFrame: 4, rejectedRows: 1 };
    const progress = { producer: "00", position: 41, lastPlaces: { [shard]: sequenceNumber("8") }, ...sent };
    await leases.save(lease, JSON.stringify(progress));
    await send({ action: "operations" });
    const message = readServerMessage(sink.sent("c1")[0]!);
    expect(message.type === "operations" && readOperations(message.body)).toMatchObject({
      timeMs: startMs,
      source: { startedAtMs: startMs - 60_000, tradesSent: 40, framesSent: 4, rejectedRows: 1 },
      gapNoticedMs: startMs - 5,
      shards: [
        {
          ...newest,
          shard,
          last,
          lastArrivalMs: arrivalTimeMs,
          isBehind: true,
          watermarkMs: startMs - 2_300,
          foldedTimeMs: startMs - 20,
          records: 5,
          trades: 5,
          late: 5,
          corrected: 2,
          stateBytes: 310,
          panes: 4,
        },
        { shard: "shardId-000000000001", isBehind: false, eventTimeMs: undefined, stateBytes: 0 },
      ],
    });
  });

  test.each([
    ["no JSON", "hello", "malformed-json"],
    ["an action of a later version", '{"action":"trade"}', "unknown-action"],
    ["an interval that is not offered", JSON.stringify({ ...subscribe, interval: "2m" }), "unknown-interval"],
    ["no text at all", "", "malformed-json"],
  ])("rejects %s with an error message, and the connection stays", async (_, text, code) => {
    const { send, got, connections } = await openStage();
    await send(subscribe);
    expect(await send(text)).toEqual({ statusCode: 200 });
    expect(got().at(-1)).toMatchObject({ type: "error", code });
    expect(await connections.wants()).toEqual(WANTED);
  });

  test("rejects with `unavailable`, and logs it, when the store does not answer", async () => {
    const ports = createSocketPorts();
    const range = () => Promise.reject(new PipelineError("TAPE_STORE_UNAVAILABLE", "the store must answer"));
    await createMessage({ ...ports, panes: { ...ports.panes, range } })(messageEvent("c1", subscribe));
    expect(ports.sink.sent("c1").map(readServerMessage)).toMatchObject([{ type: "error", code: "unavailable" }]);
    expect(ports.log.lines).toMatchObject([{ level: "error", fields: { code: "TAPE_STORE_UNAVAILABLE" } }]);
  });

  test("fails when the gateway cannot be asked", async () => {
    const ports = createSocketPorts();
    const sink = { post: () => Promise.reject(new PipelineError("TAPE_CONNECTION_UNAVAILABLE", "no gateway")) };
    const sent = createMessage({ ...ports, sink })(messageEvent("c1", { action: "ping" }));
    await expect(sent).rejects.toThrow(PipelineError);
  });

  test("beyond the subscriptions that a connection may have is answered with a code, and changes nothing", async () => {
    const { send, got, connections } = await openStage();
    const symbolsFrom = (from: number) => Array.from({ length: 100 }, (_, index) => `S${from * 100 + index}`);
    for (let group = 0; group < 13; group++) await send({ ...subscribe, symbols: symbolsFrom(group), bars: 1 });
    expect(got().at(-1)).toMatchObject({ type: "error", code: "too-many-subscriptions" });
    expect((await connections.wants())[0]?.wants).toHaveLength(CLIENT_LIMITS.subscriptions);
  });

  test("beyond those that a connection may send is passed over, and ends the connection, once", async () => {
    const { send, got, closer, clock } = await openStage();
    for (let count = 0; count < CLIENT_LIMITS.messages; count++) await send({ action: "ping" });
    expect([got().filter(({ type }) => type === "pong").length, closer.closed]).toEqual([CLIENT_LIMITS.messages, []]);
    for (let count = 0; count < 5; count++) await send(subscribe);
    expect(got().slice(CLIENT_LIMITS.messages)).toMatchObject([{ type: "error", code: "too-many-messages" }]);
    expect(closer.closed).toEqual(["c1"]);
    await clock.advance(MESSAGES_WINDOW_MS);
    await send({ action: "ping" });
    expect(got().at(-1)).toMatchObject({ type: "pong" });
  });

  test("from a connection that is gone meanwhile forgets it", async () => {
    const { send, sink, connections } = await openStage();
    sink.answer("c1", "gone");
    await send(subscribe);
    expect(await connections.wants()).toEqual([]);
  });
});
