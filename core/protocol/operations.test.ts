import fc from "fast-check";
import { expect, test } from "vitest";
import { epochMs, type EpochMs } from "../units.ts";
import { readOperations, SHARD_COLUMNS, type ShardOperations } from "./operations.ts";
import { operationsMessages, readServerMessage } from "./server-message.ts";
import { MAX_MESSAGE_BYTES } from "./split-messages.ts";

const time: fc.Arbitrary<EpochMs> = fc.nat().map(epochMs);
const timeOrNone = fc.option(time, { nil: undefined });

const arbitraryShard: fc.Arbitrary<ShardOperations> = fc.record({
  shard: fc.string({ minLength: 1 }),
  last: fc.string({ minLength: 1 }),
  lastArrivalMs: time,
  isBehind: fc.boolean(),
  watermarkMs: timeOrNone,
  eventTimeMs: timeOrNone,
  ingestTimeMs: timeOrNone,
  arrivalTimeMs: timeOrNone,
  foldedTimeMs: timeOrNone,
  records: fc.nat(),
  trades: fc.nat(),
  late: fc.nat(),
  corrected: fc.nat(),
  duplicates: fc.nat(),
  rejected: fc.nat(),
  stateBytes: fc.nat(),
  panes: fc.nat(),
});

const arbitraryHead = fc.record({
  timeMs: time,
  source: fc.option(
    fc.record({ startedAtMs: time, tradesSent: fc.nat(), framesSent: fc.nat(), rejectedRows: fc.nat() }),
    { nil: undefined },
  ),
  gapNoticedMs: timeOrNone,
});

test("what is said of the shards is read as it was, in parts that fit a message", () => {
  const arbitraryShards = fc.array(arbitraryShard, { maxLength: 400, size: "max" });
  fc.assert(
    fc.property(arbitraryHead, arbitraryShards, (head, shards) => {
      const texts = operationsMessages(head, shards);
      expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
      const read = texts.map((text) => {
        const message = readServerMessage(text);
        if (message.type !== "operations") throw new RangeError(`the type must be operations, was ${message.type}`);
        return readOperations(message.body);
      });
      expect(read.flatMap((part) => part.shards)).toEqual(shards);
      for (const [index, part] of read.entries())
        expect(part).toMatchObject({ ...head, part: index + 1, parts: texts.length });
    }),
    { numRuns: 20 },
  );
});

test.each([
  ["other columns", { columns: ["shard"], rows: [] }],
  ["no rows", { columns: SHARD_COLUMNS }],
  ["a row that is too short", { columns: SHARD_COLUMNS, rows: [["shard"]] }],
  ["no part number", { columns: SHARD_COLUMNS, rows: [], part: undefined }],
])("rejects %s", (_, given) => {
  const body = { timeMs: 1, source: null, gapNoticedMs: null, part: 1, parts: 1, ...given };
  expect(() => readOperations(body)).toThrow(RangeError);
});
