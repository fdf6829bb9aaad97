import { describe, expect, test } from "vitest";
import { PipelineError } from "#core/errors.ts";
import { CLIENT_LIMITS, MESSAGES_WINDOW_MS } from "#core/protocol/client-message.ts";
import { readOperations } from "#core/protocol/operations.ts";
import { readServerMessage } from "#core/protocol/server-message.ts";
import { countsOf } from "#core/shard-counts.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { MAX_WATCHED } from "#core/watch-list.ts";
import { createSocketPorts, fiveMinutesMs, messageEvent, startMs } from "#test/socket-stage.ts";
import { openMessageStage, subscribe, WANTED } from "#test/message-stage.ts";
import { createMessage, MAX_LISTED } from "./message.ts";

describe("a client's message", () => {
  test("symbols is answered with all that traded or are watched", async () => {
    const { send, got, symbols } = await openMessageStage();
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
    const { send, got, symbols } = await openMessageStage();
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
    const { send, got, symbols } = await openMessageStage();
    await symbols.watch(Array.from({ length: MAX_WATCHED }, (_, index) => `S${index}`));
    await send({ action: "watch", symbols: ["S1", "MSFT"] });
    expect(got()).toMatchObject([{ type: "error", code: "too-many-watched" }]);
    expect(await symbols.get(["S1", "MSFT"])).toMatchObject([{ isWatched: true }, { isWatched: false }]);
  });

  test("symbols is answered with so many at most, the first in their order", async () => {
    const { send, got, symbols } = await openMessageStage();
    const names = Array.from({ length: MAX_LISTED + 5 }, (_, index) => `S${String(index).padStart(6, "0")}`);
    await symbols.see(names, startMs);
    await send({ action: "symbols" });
    const said = got().flatMap((message) => (message.type === "symbols" ? message.symbols : []));
    expect(said.map(({ symbol }) => symbol)).toEqual(names.slice(0, MAX_LISTED));
  });

  test("unsubscribe ends one interval's subscription and leaves the other", async () => {
    const { send, connections, got } = await openMessageStage();
    await send(subscribe);
    await send({ ...subscribe, intervalMs: fiveMinutesMs });
    await send({ action: "unsubscribe", symbols: ["IBM"], intervalMs: fiveMinutesMs });
    expect(await connections.wants()).toEqual(WANTED);
    expect(got()).toHaveLength(2);
  });

  test("ping is answered with a pong", async () => {
    const { send, got } = await openMessageStage();
    await send({ action: "ping" });
    expect(got()).toEqual([{ type: "pong", timeMs: startMs }]);
  });

  test("operations is answered with how each shard stands, and what was sent", async () => {
    const { send, statuses, gaps, leases, sink } = await openMessageStage();
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
    const { send, got, connections } = await openMessageStage();
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
    const { send, got, connections } = await openMessageStage();
    const symbolsFrom = (from: number) => Array.from({ length: 100 }, (_, index) => `S${from * 100 + index}`);
    for (let group = 0; group < 13; group++) await send({ ...subscribe, symbols: symbolsFrom(group), bars: 1 });
    expect(got().at(-1)).toMatchObject({ type: "error", code: "too-many-subscriptions" });
    expect((await connections.wants())[0]?.wants).toHaveLength(CLIENT_LIMITS.subscriptions);
  });

  test("beyond those that a connection may send is passed over, and ends the connection, once", async () => {
    const { send, got, closer, clock } = await openMessageStage();
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
    const { send, sink, connections } = await openMessageStage();
    sink.answer("c1", "gone");
    await send(subscribe);
    expect(await connections.wants()).toEqual([]);
  });
});
