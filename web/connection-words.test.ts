import { expect, test } from "vitest";
import { FAULT_CODES } from "#core/protocol/faults.ts";
import {
  backWords,
  lookOf,
  noticeWords,
  stateWord,
  stateWords,
  troubleWords,
  updatedWords,
} from "./connection-words.ts";

const view = { nowMs: 1_000, isOnline: true, isStale: false, isAgain: false };
const [live, connecting, waiting] = [
  { kind: "live" },
  { kind: "connecting" },
  { kind: "waiting", untilMs: 4_200 },
] as const;

test.each([
  ["live", "Live", { ...view, state: live }],
  ["stale", "Stale", { ...view, state: live, isStale: true }],
  ["connecting", "Connecting", { ...view, state: connecting }],
  ["waiting", "Reconnecting", { ...view, state: connecting, isAgain: true }],
  ["waiting", "Reconnecting in 4 s", { ...view, state: waiting }],
  ["waiting", "Reconnecting in 1 s", { ...view, state: waiting, nowMs: 4_199 }],
  ["offline", "Offline", { ...view, state: waiting, isOnline: false }],
  ["offline", "Offline", { ...view, state: connecting, isOnline: false }],
  ["offline", "Offline", { ...view, state: live, isStale: true, isOnline: false }],
  ["signed-out", "Signed out", { ...view, state: waiting, isOnline: false, isSignedOut: true }],
  ["live", "Live", { ...view, state: live, isSignedOut: true }],
  // a server on this machine is heard without a network
  ["live", "Live", { ...view, state: live, isOnline: false }],
])("a connection that is %s reads %s", (look, words, given) => {
  expect([lookOf(given), stateWords(given)]).toEqual([look, words]);
  // those who listen are not told of each second
  expect(stateWord(given)).toBe(words.replace(/ in .*/, ""));
});

test("an update is just now, or so long ago", () => {
  expect([Infinity, 300, 1_999, 3_000, 240_000].map(updatedWords)).toEqual([
    "",
    "updated just now",
    "updated just now",
    "updated 3 s ago",
    "updated 4 min ago",
  ]);
});

test("what went wrong is said, and since when", () => {
  const atMs = new Date(2026, 0, 2, 9, 8, 7).getTime();
  const said = [
    { kind: "unreachable", atMs, lostAtMs: undefined },
    { kind: "ended", atMs, lostAtMs: atMs },
    { kind: "silent", atMs, lostAtMs: atMs, backAtMs: atMs + 1 },
  ] as const;
  expect(said.map((trouble) => troubleWords(trouble))).toEqual([
    "the server does not answer",
    "the connection was cut, since 09:08:07",
    "nothing came any more",
  ]);
  expect(troubleWords(said[0], true)).toBe("the server does not answer, or refuses this sign-in");
  expect(troubleWords(said[1], true)).toBe("the connection was cut, since 09:08:07");
  expect(backWords(atMs, atMs + 12_000)).toBe(
    "The connection was lost at 09:08:07, for 12 s. All bars of that time have come.",
  );
});

test("each thing that happens has a sentence of its own", () => {
  const codes = ["unreadable", "newer", "no-symbol", "no-interval", ...FAULT_CODES] as const;
  const words = codes.map((code) => noticeWords({ code, message: "what was" }, { symbol: "IBM", interval: "1m" }));
  expect(new Set(words.map((sentence) => sentence.slice(0, 50))).size).toBeGreaterThanOrEqual(6);
  for (const sentence of words) expect(sentence).toMatch(/^The .*\.$/);
});

test("a long text of an address is cut short", () => {
  const words = noticeWords({ code: "no-symbol", message: "x".repeat(5_000) }, { symbol: "IBM", interval: "1m" });
  expect(words).toBe(`The address names "${"x".repeat(40)}…", which can be no symbol. IBM is shown.`);
});
