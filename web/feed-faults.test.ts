import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { errorMessage, pongMessage, updateMessages } from "#core/protocol/server-message.ts";
import { paneRowText } from "#core/updates.ts";
import { countOf, openFeed, snapshot, subscribe } from "#test/feed-fixture.ts";
import { pane } from "#test/pane-fixture.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a feed whose server fails it", () => {
  test("asks again for what the server could not answer", async () => {
    const { sockets, faults } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(errorMessage({ code: "unavailable", message: "the store must answer, did not" }), "no JSON");
    expect(faults).toEqual(["unavailable", "unreadable"]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sockets[0]!.sent).toEqual([subscribe, subscribe]);
  });

  test.each([
    ["unreadable", "no JSON"],
    ["unreadable", "null"],
    ["unreadable", '{"type":"update","version":1,"columns":[],"rows":[["IBM"]]}'],
    ["unreadable", '{"type":"unheard of","version":1}'],
    ["newer", '{"type":"update","version":2,"rows":{}}'],
    ["missed-updates", errorMessage({ code: "missed-updates", message: "some were lost" })],
    ["unavailable", '{"message":"Internal server error","connectionId":"a","requestId":"b"}'],
  ])("says %s of %s, goes on, and asks for everything again", async (code, text) => {
    const { feed, sockets, faults } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshot(5), text, ...updateMessages([paneRowText(pane({ last: 6 }))]));
    expect([faults, feed.state.kind, countOf(feed)]).toEqual([[code], "live", 6]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sockets[0]!.sent).toEqual([subscribe, subscribe]);
    // the second answer is whole and of one piece, but it came beside another
    sockets[0]!.say(...snapshot(9));
    expect([feed.isAwaiting, countOf(feed)]).toEqual([false, 9]);
  });

  test("asks again after a random pause, so that pages that were refused at once do not ask at once", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(JSON.stringify({ message: "Too Many Requests", connectionId: "c1", requestId: "r1" }));
    await vi.advanceTimersByTimeAsync(999);
    expect(sockets[0]!.sent).toEqual([subscribe]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets[0]!.sent).toEqual([subscribe, subscribe]);
  });

  test("asks less and less often a server that goes on like that", async () => {
    vi.spyOn(Math, "random").mockReturnValue(1 - 2 ** -32);
    const { sockets } = openFeed();
    sockets[0]!.open();
    sockets[0]!.say(...snapshot(5));
    for (let second = 0; second < 60; second++) {
      sockets[0]!.say("no JSON");
      await vi.advanceTimersByTimeAsync(1_000);
      sockets[0]!.say(...snapshot(5));
    }
    // at first, and after 2, 4, 8, 16 seconds
    expect(sockets[0]!.sent.filter((message) => (message as { action: string }).action === "subscribe")).toHaveLength(
      5,
    );
  });

  test("gives up a connection that hangs after five seconds, and tries again", async () => {
    const { feed, sockets } = openFeed();
    await vi.advanceTimersByTimeAsync(4_999);
    expect([feed.state.kind, sockets[0]!.readyState]).toEqual(["connecting", 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect([feed.state.kind, sockets[0]!.readyState, feed.trouble?.kind]).toEqual(["waiting", 3, "hung"]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([feed.state.kind, sockets.length]).toEqual(["connecting", 2]);
  });

  test("gives each further connection that hangs more time, and begins anew once one was whole", async () => {
    const { sockets } = openFeed();
    const livesMs: number[] = [];
    for (let tried = 0; tried < 4; tried++) {
      const startedMs = Date.now();
      while (sockets[tried]!.readyState !== 3) await vi.advanceTimersByTimeAsync(100);
      livesMs.push(Math.round((Date.now() - startedMs) / 1_000) * 1_000);
      while (sockets.length === tried + 1) await vi.advanceTimersByTimeAsync(100);
    }
    expect(livesMs).toEqual([5_000, 10_000, 20_000, 20_000]);
    sockets[4]!.open();
    sockets[4]!.say(...snapshot(5));
    sockets[4]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sockets[5]!.readyState).toBe(3);
  });

  test("gives a slow server more time as long as it is heard, but not for ever", async () => {
    const { feed, sockets } = openFeed();
    await vi.advanceTimersByTimeAsync(4_000);
    sockets[0]!.open();
    for (let second = 4; second < 19; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      sockets[0]!.say(pongMessage());
    }
    expect(feed.state.kind).toBe("connecting");
    await vi.advanceTimersByTimeAsync(1_000);
    expect([feed.state.kind, feed.trouble?.kind]).toEqual(["waiting", "hung"]);
  });

  test("gives a server that is heard, and still has not answered, ever more time", async () => {
    const { sockets } = openFeed();
    const livesMs: number[] = [];
    for (let tried = 0; tried < 4; tried++) {
      const startedMs = Date.now();
      sockets[tried]!.open();
      while (sockets[tried]!.readyState !== 3) {
        sockets[tried]!.say(pongMessage());
        await vi.advanceTimersByTimeAsync(1_000);
      }
      livesMs.push(Date.now() - startedMs);
      while (sockets.length === tried + 1) await vi.advanceTimersByTimeAsync(100);
    }
    expect(livesMs.map((lifeMs) => Math.round(lifeMs / 10_000) * 10)).toEqual([20, 80, 240, 320]);
  });

  test("knows what went wrong last", async () => {
    const { feed, sockets } = openFeed();
    expect(feed.trouble).toBeUndefined();
    sockets[0]!.close();
    expect(feed.trouble?.kind).toBe("unreachable");
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[1]!.open();
    sockets[1]!.say(...snapshot(5));
    sockets[1]!.close();
    const lostAtMs = Date.now();
    expect(feed.trouble).toEqual({ kind: "ended", atMs: lostAtMs, lostAtMs });
    await vi.advanceTimersByTimeAsync(1_000);
    sockets[2]!.close();
    expect(feed.trouble).toMatchObject({ kind: "unreachable", lostAtMs });
    await vi.advanceTimersByTimeAsync(2_000);
    sockets[3]!.open();
    sockets[3]!.say(...snapshot(5));
    expect(feed.trouble).toMatchObject({ kind: "unreachable", lostAtMs, backAtMs: Date.now() });
    sockets[3]!.close();
    expect(feed.trouble).toEqual({ kind: "ended", atMs: Date.now(), lostAtMs: Date.now() });
  });
});
