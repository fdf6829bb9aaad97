import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { snapshotMessages } from "#core/protocol/server-message.ts";
import { epochMs } from "#core/units.ts";
import { headOf, minute, openFeed, wish } from "#test/feed-fixture.ts";
import { pane } from "#test/pane-fixture.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const both = { ...wish, symbols: ["IBM", "SPY"] };
const other = { ...wish, symbols: ["AIG"] };
const answerTo = ({ symbols }: typeof wish): readonly string[] =>
  snapshotMessages(
    { ...headOf(5), symbols },
    symbols.map((symbol) => pane({ symbol, last: 5 })),
  );

test("what is left of a wish is not asked for again", () => {
  const { feed, sockets } = openFeed([both]);
  sockets[0]!.open();
  sockets[0]!.say(...answerTo(both));
  sockets[0]!.sent.splice(0);
  feed.wish([wish]);
  expect(sockets[0]!.sent).toEqual([{ action: "unsubscribe", symbols: ["SPY"], interval: "1m" }]);
  expect([feed.knows(wish), feed.knows(both), feed.isAwaiting]).toEqual([true, false, false]);
  // more bars, or one that was not answered yet, is
  feed.wish([{ ...wish, bars: 20 }]);
  expect(sockets[0]!.sent).toHaveLength(2);
});

test("what was given up and is wished for again is asked for as a whole", async () => {
  const { feed, sockets } = openFeed([wish, other]);
  sockets[0]!.open();
  sockets[0]!.say(...answerTo(wish), ...answerTo(other));
  feed.wish([wish]);
  sockets[0]!.close();
  feed.wish([wish, other]);
  await vi.advanceTimersByTimeAsync(1_000);
  sockets[1]!.open();
  expect(sockets[1]!.sent).toMatchObject([
    { action: "resume", symbols: ["IBM"] },
    { action: "subscribe", symbols: ["AIG"] },
  ]);
});

test("what is wished for again right after it was given up is asked for once more, as either may be obeyed first", async () => {
  const { feed, sockets } = openFeed([wish]);
  const asked = { action: "subscribe", symbols: ["IBM"], interval: "1m", bars: 10 };
  sockets[0]!.open();
  sockets[0]!.say(...answerTo(wish));
  // IBM, AIG, IBM, and again
  feed.wish([other]);
  feed.wish([wish]);
  await vi.advanceTimersByTimeAsync(4_900);
  feed.wish([other]);
  feed.wish([wish]);
  sockets[0]!.say(...answerTo(other), ...answerTo(wish));
  sockets[0]!.sent.splice(0);
  // some seconds after the last time
  await vi.advanceTimersByTimeAsync(4_900);
  expect(sockets[0]!.sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sockets[0]!.sent).toEqual([asked]);
  sockets[0]!.say(...snapshotMessages(headOf(9), [pane({ last: 9 })]));
  expect([feed.isAwaiting, feed.register.bars("IBM", minute)[0]?.content.tradeCount]).toEqual([false, 9]);
  // what was given up long ago, or is given up again, is not
  feed.wish([other]);
  await vi.advanceTimersByTimeAsync(11_000);
  feed.wish([wish]);
  feed.wish([other]);
  feed.wish([wish]);
  feed.wish([]);
  sockets[0]!.sent.splice(0);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(sockets[0]!.sent).toEqual([]);
});

test("an answer that a busy connection missed is asked for again, and one that came is not", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  const { feed, sockets } = openFeed([wish]);
  sockets[0]!.open();
  sockets[0]!.say(...answerTo(wish));
  feed.wish([wish, other]);
  const asked = { action: "subscribe", symbols: ["AIG"] };
  expect(sockets[0]!.sent.splice(0)).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(21_999);
  expect(sockets[0]!.sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sockets[0]!.sent.splice(0)).toMatchObject([{ symbols: ["IBM"] }, asked]);
  sockets[0]!.say(...answerTo(wish), ...answerTo(other));
  expect([feed.isAwaiting, feed.knows(other)]).toEqual([false, true]);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(sockets[0]!.sent.filter((message) => (message as { action: string }).action === "subscribe")).toEqual([]);
});

test("the first connection is shown as it comes", () => {
  const { feed, sockets } = openFeed([wish, other]);
  sockets[0]!.open();
  expect(feed.knows(wish)).toBe(false);
  sockets[0]!.say(...answerTo(wish));
  expect([feed.knows(wish), feed.knows(other), feed.state.kind]).toEqual([true, false, "connecting"]);
  expect(feed.register.bars("IBM", minute)).toHaveLength(1);
});

test("what is older than anybody wishes is forgotten", async () => {
  const { feed, sockets } = openFeed([wish]);
  sockets[0]!.open();
  const panes = Array.from({ length: 500 }, (_, index) => pane({ startMs: epochMs(index * minute), last: 5 }));
  sockets[0]!.say(...snapshotMessages(headOf(5), panes));
  expect(feed.register.bars("IBM", minute)).toHaveLength(500);
  await vi.advanceTimersByTimeAsync(60_000);
  const kept = feed.register.bars("IBM", minute);
  expect([kept.length >= wish.bars, kept.length < 20, kept.at(-1)?.startMs]).toEqual([true, true, 499 * minute]);
});
