import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { errorMessage, pongMessage, snapshotMessages, updateMessages } from "#core/protocol/server-message.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { paneRowText } from "#core/updates.ts";
import { countOf, countsOf, headOf, openFeed, rest, snapshot, subscribe, wish } from "#test/feed-fixture.ts";
import { pane } from "#test/pane-fixture.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a feed", () => {
  test("asks for what is wished when its socket opens, and is live when all has come", async () => {
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    expect(sockets[0]!.sent).toEqual([subscribe]);
    expect(feed.state.kind).toBe("connecting");
    // an update may come before the snapshot, and is the newer one
    sockets[0]!.say(...updateMessages([paneRowText(pane({ last: 9 }))]), ...snapshot(5));
    expect([feed.state.kind, countOf(feed)]).toEqual(["live", 9]);
  });

  test("shows what it knew until a new connection has told everything", async () => {
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshot(5));
    sockets[0]!.close();
    expect([feed.state.kind, countOf(feed)]).toEqual(["waiting", 5]);
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    expect(sockets[1]!.sent).toMatchObject([{ action: "resume" }]);
    expect([feed.state.kind, countOf(feed)]).toEqual(["connecting", 5]);
    // a stream that was created anew begins again, under another name
    const shard = "shardId-000000000000@new";
    const begun = pane({ shard, last: 2 });
    const head = { ...headOf(2), upTo: new Map([[shard, begun.lastSequence]]) };
    sockets[1]!.say(...snapshotMessages(head, [begun]));
    expect([feed.state.kind, countOf(feed)]).toEqual(["live", 2]);
  });

  test("keeps what an update told of a stream before it was stored", async () => {
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshotMessages({ ...headOf(1), upTo: new Map() }, []));
    sockets[0]!.say(...updateMessages([paneRowText(pane({ last: 9 }))]));
    sockets[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    // no checkpoint was known, so there is nothing to go on from
    expect(sockets[1]!.sent).toEqual([subscribe]);
    sockets[1]!.say(...snapshot(5));
    expect(countOf(feed)).toBe(9);
  });

  test("asks for what it missed alone, from its last whole answer on, and keeps the rest", async () => {
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshot(5));
    // an update that came does not mean that those before it did
    const later = pane({ startMs: epochMs(120_000), last: 9 });
    sockets[0]!.say(...updateMessages([paneRowText(later)]));
    sockets[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    const { shard, lastSequence } = pane({ last: 5 });
    expect(sockets[1]!.sent).toEqual([{ ...subscribe, action: "resume", fromMs: 0, since: [[shard, lastSequence]] }]);
    const missed = pane({ startMs: epochMs(60_000), last: 8 });
    sockets[1]!.say(...rest(8, missed));
    expect([feed.state.kind, countsOf(feed)]).toEqual(["live", [5, 8, 9]]);
    // from there it goes on
    sockets[1]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[2]!.open();
    expect(sockets[2]!.sent).toMatchObject([{ action: "resume", since: [[shard, pane({ last: 8 }).lastSequence]] }]);
    sockets[2]!.say(...rest(8));
    expect(countsOf(feed)).toEqual([5, 8, 9]);
  });

  test("does not resume from an answer that did not come whole", async () => {
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    const panes = Array.from({ length: 400 }, (_, at) => pane({ startMs: epochMs(at * 60_000), last: 5 }));
    const [first = "", second = ""] = snapshotMessages(headOf(5), panes);
    sockets[0]!.say(first, first);
    expect(feed.state.kind).toBe("connecting");
    sockets[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    expect(sockets[1]!.sent).toEqual([subscribe]);
    sockets[1]!.say(second, ...snapshotMessages(headOf(5), panes));
    expect([feed.state.kind, countsOf(feed).length]).toEqual(["live", 400]);
  });

  test("asks for everything where two answers may have been mixed", async () => {
    const { sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(errorMessage({ code: "unavailable", message: "the store must answer, did not" }));
    await vi.advanceTimersByTimeAsync(2_000);
    sockets[0]!.say(...snapshot(5));
    sockets[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    expect(sockets[1]!.sent).toEqual([subscribe]);
  });

  test("waits longer with each failure, and not at all when told to go", async () => {
    const { feed, sockets } = openFeed();
    for (let failures = 1; failures < 6; failures++) {
      sockets.at(-1)!.close();
      while (sockets.length === failures) await vi.advanceTimersByTimeAsync(100);
    }
    const tried = sockets.length;
    sockets.at(-1)!.close();
    await vi.advanceTimersByTimeAsync(4_900);
    expect(sockets).toHaveLength(tried);
    feed.connectNow();
    expect(sockets).toHaveLength(tried + 1);
  });

  test("asks for what is new, and gives up what nobody wishes any more", async () => {
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshot(5));
    const longer = { ...wish, intervalMs: durationMs(300_000) };
    feed.wish([wish, longer]);
    feed.wish([wish]);
    expect(sockets[0]!.sent.slice(1)).toEqual([
      { ...subscribe, interval: "5m" },
      { action: "unsubscribe", symbols: ["IBM"], interval: "5m" },
    ]);
  });

  test("renews a connection after 100 to 110 minutes, so that pages that came at once do not come back at once", async () => {
    for (const [random, minutes] of [
      [0, 110],
      [0.5, 105],
      [1 - 2 ** -32, 100],
    ] as const) {
      vi.spyOn(Math, "random").mockReturnValue(random);
      const { sockets } = openFeed();
      sockets[0]!.open();
      sockets[0]!.say(...snapshot(5));
      for (let at = 0; at < minutes - 1; at++) {
        await vi.advanceTimersByTimeAsync(60_000);
        sockets[0]!.say(pongMessage());
      }
      expect(sockets).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(sockets).toHaveLength(2);
    }
  });

  test("has a new connection whole before a gateway ends the old one", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshot(5));
    for (let at = 0; at < 110; at++) {
      await vi.advanceTimersByTimeAsync(60_000);
      sockets[0]!.say(pongMessage());
    }
    expect(sockets).toHaveLength(2);
    expect([feed.state.kind, sockets[0]!.readyState]).toEqual(["live", 1]);
    sockets[1]!.open();
    sockets[1]!.say(...snapshot(6));
    expect([feed.state.kind, countOf(feed), sockets[0]!.readyState]).toEqual(["live", 6, 3]);
  });

  test("tries again to renew, and is offline only once the old connection has ended", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshot(5));
    for (let at = 0; at < 110; at++) {
      await vi.advanceTimersByTimeAsync(60_000);
      sockets[0]!.say(pongMessage());
    }
    sockets[1]!.close();
    expect(feed.state.kind).toBe("live");
    await vi.advanceTimersByTimeAsync(1_000);
    expect([feed.state.kind, sockets.length]).toEqual(["live", 3]);
    sockets[2]!.close();
    sockets[0]!.close();
    expect(feed.state.kind).toBe("waiting");
    await vi.advanceTimersByTimeAsync(2_000);
    expect([feed.state.kind, sockets.length]).toEqual(["connecting", 4]);
  });

  test("gives up a connection that says nothing any more", async () => {
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshot(5));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets[0]!.sent.at(-1)).toEqual({ action: "ping" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(feed.state.kind).toBe("waiting");
  });
});
