import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { arbitraryPane, arbitrarySymbol } from "#test/arbitraries/pane.ts";
import { paneRowText } from "../updates.ts";
import { durationMs, epochMs, sequenceNumber } from "../units.ts";
import { FAULT_CODES } from "./faults.ts";
import { FEED_STATES } from "./pipeline-status.ts";
import { MAX_POSITIONS, type Positions } from "./holding.ts";
import {
  errorMessage,
  heartbeatMessage,
  pongMessage,
  readServerMessage,
  snapshotMessages,
  symbolsMessages,
  updateMessages,
  type ServerMessage,
  type SnapshotHead,
} from "./server-message.ts";
import { MAX_MESSAGE_BYTES, splitMessages } from "./split-messages.ts";

const positionsOf = (numbers: readonly number[]): Positions =>
  new Map(numbers.map((number) => [`shardId-${number}`, sequenceNumber(String(number))]));

const arbitraryHead: fc.Arbitrary<SnapshotHead> = fc.record({
  symbols: fc.array(arbitrarySymbol, { minLength: 1, maxLength: 100 }),
  intervalMs: fc.constantFrom(10_000, 300_000).map(durationMs),
  fromMs: fc.integer({ min: 0, max: 4_000_000_000_000 }).map(epochMs),
  upTo: fc.uniqueArray(fc.nat(99), { maxLength: MAX_POSITIONS }).map(positionsOf),
  isRest: fc.boolean(),
  watermarkMs: fc.option(fc.nat().map(epochMs), { nil: undefined }),
});

const panesOf = (message: ServerMessage) => ("panes" in message ? message.panes : []);

const numbersOf = (message: ServerMessage) => ("part" in message ? [message.part, message.parts] : []);

describe("server messages", () => {
  test("carry a snapshot's panes in order, whatever their number", () => {
    fc.assert(
      fc.property(arbitraryHead, fc.array(arbitraryPane, { maxLength: 200 }), (head, panes) => {
        const messages = snapshotMessages(head, panes).map(readServerMessage);
        expect(messages.flatMap(panesOf)).toEqual(panes);
        for (const message of messages) expect(message).toMatchObject({ type: "snapshot", ...head });
      }),
    );
  });

  test("number their parts from 1", () => {
    const panes = fc.sample(arbitraryPane, 300);
    const messages = updateMessages(panes.map(paneRowText)).map(readServerMessage);
    expect(messages.length).toBeGreaterThan(2);
    expect(messages.map(numbersOf)).toEqual(messages.map((_, index) => [index + 1, messages.length]));
    expect(messages.flatMap(panesOf)).toEqual(panes);
  });

  test("are at most 32 KB of ASCII and leave no room for another row", () => {
    const row = '["IBM"]';
    const parts = splitMessages(
      { type: "update" },
      Array.from({ length: 10_000 }, () => row),
      MAX_MESSAGE_BYTES,
    );
    for (const part of parts) expect(new TextEncoder().encode(part).length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    for (const part of parts.slice(0, -1)) expect(part.length).toBeGreaterThan(MAX_MESSAGE_BYTES - 2 * row.length - 8);
  });

  test("hold no rows in one empty part", () => {
    expect(updateMessages([]).map(readServerMessage)).toEqual([{ type: "update", part: 1, parts: 1, panes: [] }]);
  });

  test("carry symbols, whatever their number", () => {
    const arbitraryKnown = fc.record({
      symbol: arbitrarySymbol,
      seenMs: fc.option(fc.nat().map(epochMs), { nil: undefined }),
      isWatched: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(arbitraryKnown, { maxLength: 2_000, size: "max" }), (symbols) => {
        const messages = symbolsMessages(symbols).map(readServerMessage);
        expect(messages.flatMap((message) => (message.type === "symbols" ? message.symbols : []))).toEqual(symbols);
      }),
    );
  });

  test("carry a heartbeat", () => {
    const arbitraryStatus = fc.record({
      timeMs: fc.nat().map(epochMs),
      watermarkMs: fc.option(fc.nat().map(epochMs), { nil: undefined }),
      feed: fc.constantFrom(...FEED_STATES),
      counts: fc.record({
        trades: fc.nat(),
        late: fc.nat(),
        corrected: fc.nat(),
        duplicates: fc.nat(),
        rejected: fc.nat(),
        gaps: fc.nat(),
      }),
      connections: fc.nat(),
    });
    fc.assert(
      fc.property(arbitraryStatus, (status) => {
        expect(readServerMessage(heartbeatMessage(status))).toEqual({ type: "heartbeat", ...status });
      }),
    );
  });

  test("answer a ping", () => {
    expect(readServerMessage(pongMessage(epochMs(7)))).toEqual({ type: "pong", timeMs: 7 });
    expect(readServerMessage(pongMessage())).toEqual({ type: "pong", timeMs: undefined });
  });

  test("carry a fault's code and words, beyond ASCII too", () => {
    fc.assert(
      fc.property(fc.constantFrom(...FAULT_CODES), fc.string({ unit: "grapheme" }), (code, message) => {
        const text = errorMessage({ code, message });
        expect(text).toMatch(/^[ -~]*$/);
        expect(readServerMessage(text)).toEqual({ type: "error", code, message });
      }),
    );
  });

  test.each([
    ["text", "hello"],
    ["null", "null"],
    ["another version", '{"type":"pong","version":2}'],
    ["an unknown type", '{"type":"tick","version":1}'],
    ["an unknown code", '{"type":"error","version":1,"code":"x","message":""}'],
    ["a heartbeat of an unknown feed", '{"type":"heartbeat","version":1,"timeMs":1,"watermarkMs":1,"feed":"x"}'],
    ["a heartbeat without counts", '{"type":"heartbeat","version":1,"timeMs":1,"watermarkMs":1,"feed":"live"}'],
    ["symbols without columns", '{"type":"symbols","version":1,"part":1,"parts":1,"rows":[]}'],
    [
      "a symbol that is none",
      '{"type":"symbols","version":1,"part":1,"parts":1,"columns":["symbol","seenMs","watched"],"rows":[["",null,true]]}',
    ],
    ["an update without rows", '{"type":"update","version":1,"part":1,"parts":1}'],
    ["a snapshot without an interval", '{"type":"snapshot","version":1,"symbols":[],"fromMs":0}'],
    ["a snapshot without symbols", '{"type":"snapshot","version":1,"interval":"1m","fromMs":0}'],
    [
      "a snapshot without a start",
      '{"type":"snapshot","version":1,"interval":"1m","symbols":[],"upTo":[],"isRest":false}',
    ],
    ["a snapshot without positions", '{"type":"snapshot","version":1,"interval":"1m","symbols":[],"fromMs":0}'],
    ["a snapshot that may be a rest", '{"type":"snapshot","version":1,"interval":"1m","symbols":[],"upTo":[]}'],
  ])("rejects %s", (_, text) => {
    expect(() => readServerMessage(text)).toThrow(RangeError);
  });
});
