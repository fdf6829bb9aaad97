import fc from "fast-check";
import { expect, test } from "vitest";
import {
  errorMessage,
  heartbeatMessage,
  pongMessage,
  snapshotMessages,
  symbolsMessages,
  updateMessages,
} from "#core/protocol/server-message.ts";
import { epochMs } from "#core/units.ts";
import { paneRowText } from "#core/updates.ts";
import { headOf } from "#test/feed-fixture.ts";
import { pane } from "#test/pane-fixture.ts";
import { statusOf } from "#test/status-fixture.ts";
import { readServerText } from "./server-text.ts";

const MESSAGES = [
  ...snapshotMessages(headOf(5), [pane({ last: 5 }), pane({ last: 6, startMs: 60_000 })]),
  ...updateMessages([paneRowText(pane({ last: 5 }))]),
  ...symbolsMessages([{ symbol: "IBM", seenMs: epochMs(0), isWatched: true }]),
  heartbeatMessage(statusOf({ watermarkMs: epochMs(5), counts: { trades: 1, late: 2, corrected: 3, gaps: 4 } })),
  errorMessage({ code: "unavailable", message: "the store must answer, did not" }),
  pongMessage(),
];

/** Every place in a value: the keys that lead there. */
const placesOf = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] => [
  path,
  ...(typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, child]) => placesOf(child, [...path, key]))
    : []),
];

const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
};

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    "1e999",
    "-0",
    "0x10",
    "1.",
    ".5",
    "1e5",
    " 1",
    "9".repeat(400),
    -1,
    0.5,
    1e300,
    Number.MAX_SAFE_INTEGER,
  ),
);

test("whatever one value of a message is, it is read or found unreadable", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...MESSAGES).chain((text) => {
        const message: unknown = JSON.parse(text);
        return fc.tuple(fc.constant(message), fc.constantFrom(...placesOf(message)), strange);
      }),
      ([message, place, by]) => {
        const read = readServerText(JSON.stringify(replaced(message, place, by)));
        expect(typeof read.type).toBe("string");
      },
    ),
    { numRuns: 5_000 },
  );
});

test("whatever a text is, it is read or found unreadable", () => {
  fc.assert(
    fc.property(fc.constantFrom(...MESSAGES), fc.nat(), (text, cut) => {
      expect(readServerText(text.slice(0, cut % text.length))).toMatchObject({ type: "error", code: "unreadable" });
    }),
  );
});
