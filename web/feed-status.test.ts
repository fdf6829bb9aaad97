import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { heartbeatMessage, snapshotMessages, symbolsMessages } from "#core/protocol/server-message.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { pane } from "#test/pane-fixture.ts";
import { headOf, openFeed, snapshot, subscribe, wish } from "#test/feed-fixture.ts";
import { statusOf } from "#test/status-fixture.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a feed beside its panes", () => {
  test("knows what was answered, and still does when the connection is gone", async () => {
    const longer = { ...wish, intervalMs: durationMs(300_000) };
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    expect(feed.knows(wish)).toBe(false);
    sockets[0]!.say(...snapshot(5));
    feed.wish([wish, longer]);
    expect([feed.knows(wish), feed.knows(longer)]).toEqual([true, false]);
    sockets[0]!.close();
    expect([feed.knows(wish), feed.knows(longer)]).toEqual([true, false]);
  });

  test("tells each connection what feeds shall fetch", async () => {
    const { feed, sockets, known } = openFeed();
    feed.watch("watch", ["TSLA"]);
    sockets[0]!.open();
    expect(sockets[0]!.sent).toEqual([subscribe, { action: "watch", symbols: ["TSLA"] }]);
    sockets[0]!.say(...snapshot(5), ...symbolsMessages([{ symbol: "TSLA", seenMs: undefined, isWatched: true }]));
    feed.watch("watch", ["MSFT"]);
    feed.watch("unwatch", ["TSLA"]);
    expect(sockets[0]!.sent.slice(2)).toEqual([
      { action: "watch", symbols: ["MSFT"] },
      { action: "unwatch", symbols: ["TSLA"] },
    ]);
    expect(known).toEqual(["TSLA"]);
    sockets[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    expect(sockets[1]!.sent.slice(1)).toEqual([
      { action: "watch", symbols: ["MSFT"] },
      { action: "unwatch", symbols: ["TSLA"] },
    ]);
  });

  test("gives up a connection whose heart never beats, where one before it had a heart", async () => {
    const { feed, sockets } = openFeed();
    const beat = heartbeatMessage(statusOf({ feed: "quiet", counts: { trades: 5 } }));
    sockets[0]!.open();
    sockets[0]!.say(beat, ...snapshot(5));
    sockets[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    // forgotten as soon as it was answered
    sockets[1]!.say(...snapshot(5));
    await vi.advanceTimersByTimeAsync(14_000);
    expect(feed.state.kind).toBe("live");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(feed.state.kind).toBe("waiting");
  });

  test("gives up a connection whose heart has stopped", async () => {
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshot(5));
    const status = statusOf({ feed: "quiet", counts: { trades: 5 } });
    for (let second = 0; second < 20; second++) {
      sockets[0]!.say(heartbeatMessage({ ...status, timeMs: epochMs(second * 1_000) }));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect([feed.state.kind, feed.status?.feed, feed.status?.counts.trades]).toEqual(["live", "quiet", 5]);
    expect(feed.progress).toEqual({ watermarkMs: undefined, isClosed: false });
    // trades are older than the heartbeat
    expect([feed.pulse.silenceMs, feed.ageMs]).toEqual([1_000, 20_000]);
    await vi.advanceTimersByTimeAsync(14_000);
    // what is known of the pipeline stays, and is old
    expect([feed.state.kind, feed.trouble?.kind, feed.status?.counts.trades, feed.pulse.isSilent]).toEqual([
      "waiting",
      "silent",
      5,
      true,
    ]);
  });

  test("has another connection made beside one that has fallen silent, when told to go", async () => {
    const { feed, sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(heartbeatMessage(statusOf({ feed: "quiet" })), ...snapshot(5));
    await vi.advanceTimersByTimeAsync(3_000);
    feed.connectNow();
    expect([feed.pulse.isSilent, sockets.length]).toEqual([false, 1]);
    await vi.advanceTimersByTimeAsync(2_000);
    feed.connectNow();
    feed.connectNow();
    expect([feed.pulse.isSilent, feed.state.kind, sockets.length]).toEqual([true, "live", 2]);
    sockets[1]!.open();
    sockets[1]!.say(...snapshot(6));
    expect([feed.pulse.isSilent, feed.state.kind, sockets[0]!.readyState]).toEqual([false, "live", 3]);
  });

  test("asks for the symbols that there are on the next connection where there is none", async () => {
    const { feed, sockets } = openFeed();
    feed.askSymbols();
    sockets[0]!.open();
    expect(sockets[0]!.sent).toEqual([subscribe, { action: "symbols" }]);
    sockets[0]!.say(...symbolsMessages([{ symbol: "IBM", seenMs: epochMs(0), isWatched: false }]), ...snapshot(5));
    sockets[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    expect(sockets[1]!.sent).toMatchObject([{ action: "resume" }]);
  });

  test("holds the watermark back where an answer may lack what was folded and not yet stored", async () => {
    const { feed, sockets } = openFeed();
    const status = statusOf({ watermarkMs: epochMs(70_000) });
    const answer = snapshotMessages({ ...headOf(5), watermarkMs: epochMs(60_000) }, [pane({ last: 5 })]);
    const open = (socket: number): number | undefined => {
      sockets[socket]!.open();
      sockets[socket]!.say(heartbeatMessage(status), ...answer);
      return feed.progress?.watermarkMs;
    };
    expect(open(0)).toBe(60_000);
    for (let second = 0; second < 31; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      sockets[0]!.say(heartbeatMessage(status));
    }
    expect(feed.progress?.watermarkMs).toBe(70_000);
    // one that takes over from another misses nothing
    await vi.advanceTimersByTimeAsync(5_000);
    feed.connectNow();
    expect(open(1)).toBe(70_000);
    sockets[1]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(open(2)).toBe(60_000);
  });

  test("knows the greatest watermark that a connection told, and takes another one at its word", async () => {
    const { feed, sockets } = openFeed();
    const beat = (socket: number, watermarkMs: number): number | undefined => {
      sockets[socket]!.say(heartbeatMessage(statusOf({ watermarkMs: epochMs(watermarkMs) })));
      return feed.progress?.watermarkMs;
    };
    sockets[0]!.open();
    expect(feed.progress).toBeUndefined();
    sockets[0]!.say(...snapshot(5));
    expect([beat(0, 60_000), beat(0, 50_000), beat(0, 70_000)]).toEqual([60_000, 60_000, 70_000]);
    sockets[0]!.close();
    expect(feed.progress?.watermarkMs).toBe(70_000);
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    // as of a pipeline that begins anew
    expect([beat(1, 10_000), beat(1, 5_000)]).toEqual([10_000, 10_000]);
  });
});
