import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { aggregateOf, keysArbitrary } from "#test/arbitraries/aggregate.ts";
import { frameTradesArbitrary } from "#test/arbitraries/trade.ts";
import { encodeFrame } from "./frame/encode.ts";
import { readRecord } from "./record.ts";
import { TradeColumns } from "./trade-columns.ts";
import { MAX_FAULTS, REJECTION_REASONS } from "./trade.ts";
import { EVENT_TIME_RANGE_MS } from "./trade-limits.ts";
import { epochMs } from "./units.ts";
import { utf8Bytes } from "./utf8.ts";

const limits = { latestEventTimeMs: epochMs(1_381_133_000_000) };

const text = (value: string): Uint8Array => utf8Bytes(value);

const read = (data: Uint8Array): { reading: ReturnType<typeof readRecord>; columns: TradeColumns } => {
  const columns = new TradeColumns(4);
  return { reading: readRecord(data, columns, limits), columns };
};

const IBM = '{"symbol":"IBM","price":181.25,"size":100,"eventTimeMs":1381132800464}';

const CSV = "IBM,BUY,181.25,100,1381132800464,2013-10-07 08:00:00";

describe("readRecord", () => {
  test("tells a frame by its first byte", () => {
    const price = { units: 18_125, scale: 2 };
    const size = { units: 100, scale: 0 };
    const trades = [
      { symbol: "IBM", price, size, eventTimeMs: epochMs(1_381_132_800_464), sequence: 1 },
      { symbol: "IBM", price, size, eventTimeMs: epochMs(1_381_133_000_001), sequence: 2 },
    ];
    const data = encodeFrame({ producer: "00ff", number: 3, ingestTimeMs: epochMs(0), trades });
    expect(read(data).reading).toEqual({
      producer: "00ff",
      number: 3,
      tradeCount: 1,
      faults: [{ index: 1, reason: "future" }],
      faultCount: 1,
    });
  });

  test.each([
    ["one JSON trade", IBM, 1],
    ["JSON lines", `${IBM}\r\n${IBM}\n`, 2],
    ["a JSON array", `[${IBM},${IBM},${IBM}]`, 3],
    ["JSON behind white space", ` \t\r\n${IBM}`, 1],
    ["CSV lines", `${CSV}\r\n${CSV}\n`, 2],
  ])("tells %s", (_, record, tradeCount) => {
    expect(read(text(record)).reading).toEqual({
      producer: undefined,
      number: 0,
      tradeCount,
      faults: [],
      faultCount: 0,
    });
  });

  test.each([
    ["nothing", ""],
    ["white space", " \r\n"],
    ["plain text", "IBM 181.25 100"],
    ["text behind a comma", ",IBM"],
    ["text beyond ASCII", "Börse,BUY,1,1,1,"],
    ["a JSON text", '"IBM"'],
    ["another binary format", "\n\u0003IBM"],
  ])("sets %s aside as a whole", (_, record) => {
    expect(read(text(record)).reading).toEqual({
      producer: undefined,
      number: 0,
      tradeCount: 0,
      faults: [{ index: -1, reason: "unknown-shape" }],
      faultCount: 1,
    });
  });

  test.each([
    ["malformed-frame", [8, 1, 0x4a, 9]],
    ["unsupported-version", [8, 2]],
  ])("sets a frame aside as a whole: %s", (reason, bytes) => {
    expect(read(Uint8Array.from(bytes)).reading).toMatchObject({
      tradeCount: 0,
      faults: [{ index: -1, reason }],
      faultCount: 1,
    });
  });
});

describe("a record of faults", () => {
  test("of 1,000 trades by a wrong clock names the first 100 and counts all", () => {
    const trades = Array.from({ length: 1_000 }, (_, sequence) => ({
      symbol: "IBM",
      price: { units: 18_125, scale: 2 },
      size: { units: 100, scale: 0 },
      eventTimeMs: epochMs(1_381_133_000_001 + sequence),
      sequence,
    }));
    const data = encodeFrame({ producer: "00ff", number: 3, ingestTimeMs: epochMs(0), trades });
    expect(read(data).reading).toEqual({
      producer: "00ff",
      number: 3,
      tradeCount: 0,
      faults: Array.from({ length: MAX_FAULTS }, (_, index) => ({ index, reason: "future" })),
      faultCount: 1_000,
    });
  });

  test.each([
    ["lines cut short", "{\n".repeat(500_000), 500_000, "malformed-json"],
    ["empty objects", "{}\n".repeat(300_000), 300_000, "unknown-shape"],
    ["elements that are no JSON", `[${"x,".repeat(500_000)}x]`, 500_001, "malformed-json"],
    ["elements that are no trades", `[${"1,".repeat(500_000)}1]`, 500_001, "unknown-shape"],
    ["an array that does not end", `[${"{},".repeat(300_000)}`, 1, "malformed-json"],
    ["CSV lines of commas", ",,,,,\n".repeat(200_000).replace(",", "A,"), 200_000, "unknown-shape"],
    ["CSV lines cut short", "A,\n".repeat(400_000), 400_000, "unknown-shape"],
    ["user records of nothing", aggregateOf(Array<Uint8Array>(170_000).fill(text(""))), 170_000, "unknown-shape"],
    ["user records cut short", aggregateOf(Array<Uint8Array>(150_000).fill(text("{"))), 150_000, "malformed-json"],
    ["user records of frames", aggregateOf(Array<Uint8Array>(150_000).fill(text("\b"))), 150_000, "malformed-frame"],
    [
      "an aggregate cut short",
      aggregateOf(Array<Uint8Array>(150_000).fill(text("{"))).slice(0, -1),
      1,
      "malformed-aggregate",
    ],
  ])("of 1 MB is answered with 100 at most: %s", (_, record, faultCount, reason) => {
    const { reading } = read(typeof record === "string" ? text(record) : record);
    expect(reading).toMatchObject({ tradeCount: 0, faultCount });
    expect(reading.faults).toHaveLength(Math.min(faultCount, MAX_FAULTS));
    expect(new Set(reading.faults.map((fault) => fault.reason))).toEqual(new Set([reason]));
  });

  test("keeps every trade among them, numbered by their places", () => {
    const shortest = '{"symbol":"A","price":1,"size":1,"time":1}';
    const garbage = '{"symbol":"A"}\n[]\n{\n'.repeat(1_000);
    const { reading, columns } = read(text(`${shortest}\n${garbage}${shortest}\n${garbage}${IBM}`));
    expect(reading).toMatchObject({ tradeCount: 3, faultCount: 6_000 });
    expect(reading.faults.slice(98)).toEqual([
      { index: 99, reason: "malformed-json" },
      { index: 100, reason: "unknown-shape" },
    ]);
    expect([...columns.sequence.subarray(0, 3)]).toEqual([0, 3_001, 6_002]);
  });

  test.each([
    ["a price", `{"symbol":"A","price":0.${"0".repeat(400_000)}1,"size":1,"time":1}`, "too-many-decimals"],
    ["a price in text", `{"symbol":"A","price":"0.${"0".repeat(400_000)}1","size":1,"time":1}`, "too-many-decimals"],
    ["a size", `{"symbol":"A","price":1,"size":1${"0".repeat(400_000)}1,"time":1}`, "too-large"],
    ["a time", `{"symbol":"A","price":1,"size":1,"time":"${"0".repeat(400_000)}x"}`, "unknown-shape"],
    [
      "an instant",
      `{"symbol":"A","price":1,"size":1,"time":"1970-01-01T00:00:00.${"0".repeat(400_000)}"}`,
      "unknown-shape",
    ],
    ["a symbol", `{"symbol":"${"A ".repeat(200_000)}","price":1,"size":1,"time":1}`, "unknown-shape"],
    ["an exponent", `{"symbol":"A","price":1e${"0".repeat(400_000)}1x,"size":1,"time":1}`, "malformed-json"],
    ["a last time", `{"symbol":"A","price":1,"last_trade_time":"${"0".repeat(400_000)}x"}`, "unknown-shape"],
    ["a CSV symbol", `${"A ".repeat(200_000)},BUY,1,1,1,`, "unknown-shape"],
    ["a CSV kind", `A,${"B".repeat(400_000)},x,1,1,`, "not-a-decimal"],
    ["a CSV price", `A,BUY,0.${"0".repeat(400_000)}1,1,1,`, "too-many-decimals"],
    ["a CSV time", `A,BUY,1,1,${"0".repeat(400_000)}x,`, "unknown-shape"],
  ])("of 400 KB is answered at once: %s", (_, record, reason) => {
    expect(read(text(record)).reading).toMatchObject({ faults: [{ index: 0, reason }], faultCount: 1 });
  });
});

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
    expect(Number.isSafeInteger(time) && time > -EVENT_TIME_RANGE_MS && time <= limits.latestEventTimeMs).toBe(true);
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
      fc.constantFrom(IBM, `${IBM}\n${IBM}`, `[${IBM}]`, CSV, "").map(text),
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
        expectSound(mutated(text(record), edits));
      }),
      { numRuns: 2_000 },
    );
  });

  test("nothing throws on JSON nested beyond any stack", () => {
    for (const record of ["[".repeat(200_000), `{"price":1e2,"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`]) {
      expectSound(text(record));
    }
  });
});
