import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aggregateOf, keysArbitrary } from "#test/arbitraries/aggregate.ts";
import { frameTradesArbitrary } from "#test/arbitraries/trade.ts";
import { CSV, IBM, LIMITS, read } from "#test/record-fixture.ts";
import { encodeFrame } from "./frame/encode.ts";
import { MAX_FAULTS, REJECTION_REASONS } from "./trade.ts";
import { EVENT_TIME_RANGE_MS } from "./trade-limits.ts";
import { epochMs } from "./units.ts";
import { utf8Bytes } from "./utf8.ts";

/** Whatever the bytes: no throw, rows and runs that can be trades, and faults with an index and a known reason. */
const expectSound = (data: Uint8Array): void => {
  const { reading, columns } = read(data);
  expect(columns.count).toBe(reading.tradeCount);
  let row = 0;
  for (const { from, to, priceScale, sizeScale } of columns.runs) {
    expect(from).toBe(row);
    expect(to).toBeGreaterThan(from);
    expect([priceScale, sizeScale].every((scale) => Number.isInteger(scale) && scale >= 0 && scale <= 8)).toBe(true);
    row = to;
  }
  expect(row).toBe(columns.count);
  for (row = 0; row < columns.count; row++) {
    for (const units of [columns.price[row]!, columns.size[row]!, columns.sequence[row]! + 1]) {
      expect((Number.isSafeInteger(units) || units === 2 ** 53) && units > 0).toBe(true);
    }
    const time = columns.eventTimeMs[row]!;
    expect(Number.isSafeInteger(time) && time > -EVENT_TIME_RANGE_MS && time <= LIMITS.latestEventTimeMs).toBe(true);
  }
  expect(reading.faults).toHaveLength(Math.min(reading.faultCount, MAX_FAULTS));
  for (const { index, reason } of reading.faults) {
    expect(index).toBeGreaterThanOrEqual(-1);
    expect(REJECTION_REASONS).toContain(reason);
  }
};

/** A few bytes flipped, cut out or put in. */
const mutated = (data: Uint8Array, edits: readonly (readonly [number, number, Uint8Array])[]): Uint8Array => {
  let bytes = data;
  for (const [position, cut, insert] of edits) {
    const at = bytes.length === 0 ? 0 : position % bytes.length;
    bytes = Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + cut)]);
  }
  return bytes;
};

const editsArbitrary = fc.array(
  fc.tuple(
    fc.nat({ max: 100_000 }),
    fc.oneof(fc.constant(1), fc.nat({ max: 40 })),
    fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 1 }), fc.uint8Array({ maxLength: 12 })),
  ),
  { minLength: 1, maxLength: 4 },
);

describe("whatever the bytes", () => {
  test("nothing throws, and nothing impossible is read", () => {
    fc.assert(
      fc.property(
        fc.constantFrom([], [8, 1], [8], [0x7b], [0x5b], [0xf3, 0x89, 0x9a, 0xc2], [0x41, 0x2c]),
        fc.uint8Array({ maxLength: 200 }),
        (start, rest) => {
          expectSound(Uint8Array.from([...start, ...rest]));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("nothing throws on frames with bytes flipped, cut out or put in", () => {
    fc.assert(
      fc.property(frameTradesArbitrary, editsArbitrary, (trades, edits) => {
        const data = encodeFrame({ producer: "00ff", number: 3, ingestTimeMs: epochMs(0), trades });
        expectSound(mutated(data, edits));
        expectSound(data.subarray(0, edits[0]![0] % (data.length + 1)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("nothing throws on aggregates with bytes flipped, cut out or put in, or cut short", () => {
    const userRecord = fc.oneof(
      fc.constantFrom(IBM, `${IBM}\n${IBM}`, `[${IBM}]`, CSV, "").map(utf8Bytes),
      frameTradesArbitrary.map((trades) =>
        encodeFrame({ producer: "00ff", number: 3, ingestTimeMs: epochMs(0), trades }),
      ),
    );
    fc.assert(
      fc.property(fc.array(userRecord, { maxLength: 4 }), keysArbitrary, editsArbitrary, (userRecords, keys, edits) => {
        const data = aggregateOf(userRecords, keys);
        expectSound(mutated(data, edits));
        expectSound(data.subarray(0, edits[0]![0] % (data.length + 1)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("nothing throws on text with bytes flipped, cut out or put in", () => {
    const records = fc.constantFrom(
      IBM,
      `${IBM}\n${IBM}`,
      `[${IBM},${IBM}]`,
      '{"symbol":"IBM","price":1e2,"size":1e-400}',
      '{"StockSymbol":"IBM","LastTradePrice":"1","LastTradeDateTime":"2013-10-07T08:00:00"}',
      `${CSV}\n${CSV}`,
    );
    fc.assert(
      fc.property(records, editsArbitrary, (record, edits) => {
        expectSound(mutated(utf8Bytes(record), edits));
      }),
      { numRuns: 2_000 },
    );
  });

  test("nothing throws on JSON nested beyond any stack", () => {
    for (const record of ["[".repeat(200_000), `{"price":1e2,"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`]) {
      expectSound(utf8Bytes(record));
    }
  });
});
