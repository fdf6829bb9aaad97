import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { arbitrarySymbol } from "#test/arbitraries/pane.ts";
import { durationMs, epochMs, sequenceNumber } from "../units.ts";
import { CLIENT_LIMITS, clientMessageText, readClientMessage, type ClientMessage } from "./client-message.ts";

const subject = {
  symbols: fc.uniqueArray(arbitrarySymbol, { minLength: 1, maxLength: CLIENT_LIMITS.symbols }),
  intervalMs: fc.constantFrom(10_000, 60_000, 86_400_000).map(durationMs),
};

const arbitraryMessage: fc.Arbitrary<ClientMessage> = fc.oneof(
  fc.record({
    action: fc.constant("subscribe" as const),
    ...subject,
    bars: fc.integer({ min: 1, max: CLIENT_LIMITS.bars }),
  }),
  fc.record({
    action: fc.constant("resume" as const),
    ...subject,
    bars: fc.integer({ min: 1, max: CLIENT_LIMITS.bars }),
    since: fc.record({
      fromMs: fc.integer({ min: 0, max: 4_000_000_000_000 }).map(epochMs),
      upTo: fc
        .array(fc.tuple(fc.string({ minLength: 1, maxLength: 32 }), fc.bigInt({ min: 0n, max: 10n ** 56n })), {
          maxLength: 3,
        })
        .map((entries) => new Map(entries.map(([shard, digits]) => [shard, sequenceNumber(String(digits))]))),
    }),
  }),
  fc.record({ action: fc.constant("unsubscribe" as const), ...subject }),
  fc.record({ action: fc.constantFrom("watch" as const, "unwatch" as const), symbols: subject.symbols }),
  fc.constant({ action: "symbols" as const }),
  fc.constant({ action: "ping" as const }),
);

const codeOf = (text: string): string => {
  const reading = readClientMessage(text);
  return reading.kind === "fault" ? reading.code : "none";
};

const subscribe = (changes: object): string =>
  JSON.stringify({ action: "subscribe", symbols: ["IBM"], interval: "1m", bars: 300, ...changes });

describe("client messages", () => {
  test("are read as they were written", () => {
    fc.assert(
      fc.property(arbitraryMessage, (message) => {
        expect(readClientMessage(clientMessageText(message))).toEqual({ kind: "message", message });
      }),
    );
  });

  test("are read or faulted whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(["message", "fault"]).toContain(readClientMessage(text).kind);
      }),
    );
  });

  test("count a symbol named twice once", () => {
    expect(readClientMessage(subscribe({ symbols: ["IBM", "SPY", "IBM"] }))).toMatchObject({
      message: { symbols: ["IBM", "SPY"] },
    });
  });

  test.each([
    ["message-too-long", "8,193 characters", " ".repeat(8_193)],
    ["malformed-json", "text", "hello"],
    ["malformed-json", "an array", "[]"],
    ["malformed-json", "null", "null"],
    ["unknown-action", "no action", "{}"],
    ["unknown-action", "an action of a later version", '{"action":"trade"}'],
    ["unknown-action", "a name that every object has", '{"action":"toString"}'],
    ["invalid-symbols", "no symbols", subscribe({ symbols: undefined })],
    ["invalid-symbols", "symbols that are text", subscribe({ symbols: "IBM" })],
    ["invalid-symbols", "an empty list", subscribe({ symbols: [] })],
    ["invalid-symbols", "a symbol that is a number", subscribe({ symbols: [1] })],
    ["invalid-symbols", "a symbol that is too long", subscribe({ symbols: ["A".repeat(33)] })],
    ["invalid-symbols", "nothing to watch", '{"action":"watch"}'],
    ["too-many-symbols", "101 symbols", subscribe({ symbols: Array.from({ length: 101 }, (_, i) => `S${i}`) })],
    ["unknown-interval", "no interval", subscribe({ interval: undefined })],
    ["unknown-interval", "an interval in words", subscribe({ interval: "minute" })],
    ["invalid-bars", "no bars", subscribe({ bars: undefined })],
    ["invalid-bars", "0 bars", subscribe({ bars: 0 })],
    ["invalid-bars", "1,001 bars", subscribe({ bars: 1_001 })],
    ["invalid-bars", "half a bar", subscribe({ bars: 0.5 })],
    ["invalid-bars", "nothing to go on from", subscribe({ action: "resume", bars: undefined })],
    ["invalid-since", "no start", subscribe({ action: "resume", since: [] })],
    ["invalid-since", "no positions", subscribe({ action: "resume", fromMs: 0 })],
    ["invalid-since", "a position that is none", subscribe({ action: "resume", fromMs: 0, since: [["a", "12"]] })],
    [
      "invalid-since",
      "33 positions",
      subscribe({ action: "resume", fromMs: 0, since: Array.from({ length: 33 }, () => ["a", "0015"]) }),
    ],
  ])("rejects with %s: %s", (code, _, text) => {
    expect(codeOf(text)).toBe(code);
  });

  test("show no more than the start of what was wrong", () => {
    const reading = readClientMessage(JSON.stringify({ action: "x".repeat(5_000) }));
    expect(reading.kind === "fault" && reading.message.length).toBeLessThan(200);
  });
});
